#include "app/operator_commands.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "app/management_calls.h"
#include "app/terminal.h"
#include "base/text.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kListedAtOnce = 200;
constexpr std::chrono::milliseconds kProgressEvery{200};
constexpr std::size_t kBarWidth = 30;

std::string field(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string() : shown_text(*text);
}

std::int64_t number(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

// All pages of a list, up to `limit`. `first`: of the last page that was asked for, apart from the list.
struct Listed {
  ordered_json items = ordered_json::array();
  ordered_json last_page;
};
base::Result<Listed> list_all(const ManagementAccess& access, const std::string& target, const char* name,
                              std::size_t limit, const Console& console, int& code) {
  Listed listed;
  std::string cursor;
  do {
    std::string page_target = target;
    add_parameter(page_target, "limit", std::to_string(std::min(limit - listed.items.size(), kListedAtOnce)));
    add_parameter(page_target, "cursor", cursor);
    auto page = ask_router(access, {.target = page_target});
    if (!page) return page.error();
    if (!page->is_good()) {
      code = tell_refusal(*page, console);
      break;
    }
    const auto found = page->body.find(name);
    if (found == page->body.end() || !found->is_array()) {
      return base::Error{base::ErrorCode::protocol, base::Side::router,
                         access.url + " answers something else than a list"};
    }
    for (const auto& item : *found) listed.items.push_back(item);
    const auto next = page->body.find("next_cursor");
    cursor = next != page->body.end() && next->is_string() ? next->get<std::string>() : std::string();
    listed.last_page = std::move(page->body);
  } while (!cursor.empty() && listed.items.size() < limit);
  return listed;
}

std::string holdings(const ordered_json& session) {
  const auto found = session.find("holds");
  if (found == session.end() || !found->is_object()) return "";
  std::string text;
  const auto add = [&](const std::string& what) { text.append(text.empty() ? "" : ", ").append(shown_text(what)); };
  for (const auto& token : found->value("tokens", ordered_json::array())) add(token.get<std::string>() + " token");
  const auto cookies = found->value("cookies", ordered_json::object());
  for (const auto& [destination, count] : cookies.items()) add("cookies of " + destination);
  return text;
}

// "user ada", and the body that says so.
struct Chosen {
  std::string words;
  ordered_json body;
};
std::optional<Chosen> chosen_by(const EndOrder& order) {
  std::vector<Chosen> choices;
  if (!order.user.empty()) choices.push_back({"user " + order.user, {{"user", order.user}}});
  if (!order.tenant.empty()) choices.push_back({"tenant " + order.tenant, {{"tenant", order.tenant}}});
  if (!order.provider.empty()) choices.push_back({"provider " + order.provider, {{"provider", order.provider}}});
  if (!order.session.empty()) choices.push_back({"session " + order.session, {}});
  if (order.all) choices.push_back({"everybody", {{"all", true}}});
  if (choices.size() != 1) return std::nullopt;
  return choices.front();
}

bool is_confirmed(const std::string& question, const Console& console) {
  console.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(console.in, answer);
  const bool is_yes =
      base::equals_ignoring_case(base::trim(answer), "y") || base::equals_ignoring_case(base::trim(answer), "yes");
  if (!is_yes) console.err << "xs-router: nothing was ended\n";
  return is_yes;
}

void draw_progress(const ordered_json& ending, const Console& console) {
  if (!console.is_terminal) return;
  const auto matching = std::max<std::int64_t>(number(ending, "matching"), 1);
  const auto ended = number(ending, "ended");
  const auto filled =
      static_cast<std::size_t>(std::min(ended, matching)) * kBarWidth / static_cast<std::size_t>(matching);
  console.err << "\r[" << std::string(filled, '#') << std::string(kBarWidth - filled, '.') << "] " << ended << " of "
              << number(ending, "matching") << std::flush;
}

// Until it is over.
int watch_ending(const ManagementAccess& access, ordered_json ending, bool json, const Console& console) {
  const auto target = "/api/logouts/" + base::percent_encode(field(ending, "id"));
  while (field(ending, "state") == "running") {
    draw_progress(ending, console);
    std::this_thread::sleep_for(kProgressEvery);
    auto looked = ask_router(access, {.target = target});
    if (!looked) return tell_fault(looked.error(), console);
    if (!looked->is_good()) return tell_refusal(*looked, console);
    ending = std::move(looked->body);
  }
  draw_progress(ending, console);
  if (console.is_terminal) console.err << "\n";
  if (json)
    print_json(ending, console);
  else
    console.out << number(ending, "ended") << " sessions ended\n";
  if (field(ending, "state") == "done") return kCommandDone;
  console.err << "xs-router: " << field(ending, "reason") << "\n";
  return kCommandRefused;
}

int end_one_session(const ManagementAccess& access, const EndOrder& order, bool json, const Console& console) {
  if (!order.yes && !is_confirmed("End session " + shown_text(order.session) + "?", console)) return kCommandRefused;
  const auto ended = ask_router(access, {"DELETE", "/api/sessions/" + base::percent_encode(order.session), {}});
  if (!ended) return tell_fault(ended.error(), console);
  if (!ended->is_good()) return tell_refusal(*ended, console);
  if (json)
    print_json(ended->body, console);
  else
    console.out << "ended; logout " << field(ended->body, "logout_id") << "\n";
  return kCommandDone;
}

}  // namespace

int show_sessions(const ManagementAccess& access, const SessionList& list, bool json, const Console& console) {
  std::string target = "/api/sessions";
  add_parameter(target, "user", list.user);
  add_parameter(target, "tenant", list.tenant);
  add_parameter(target, "provider", list.provider);
  add_parameter(target, "destination", list.destination);
  add_parameter(target, "min_age", list.min_age);
  add_parameter(target, "max_age", list.max_age);
  int code = kCommandDone;
  const auto listed = list_all(access, target, "sessions", list.limit, console, code);
  if (!listed) return tell_fault(listed.error(), console);
  if (code != kCommandDone) return code;
  if (json) {
    print_json(listed->items, console);
    return code;
  }
  Table table({"FINGERPRINT", "USER", "TENANT", "PROVIDER", "AGE", "ENDS IN", "HOLDS"});
  for (const auto& one : listed->items) {
    const auto user = field(one, "kind") == "anonymous" ? "(nobody)" : field(one, "user");
    table.add({field(one, "fingerprint"), user, field(one, "tenant"), field(one, "provider"),
               shown_span(number(one, "age_seconds")), shown_span(number(one, "ends_in_seconds")), holdings(one)});
  }
  table.print(console.out);
  return code;
}

int end_sessions(const ManagementAccess& access, const EndOrder& order, bool json, const Console& console) {
  const auto chosen = chosen_by(order);
  if (!chosen) {
    console.err << "xs-router: one of --user, --tenant, --provider, --session and --all is needed\n";
    return kNotAsked;
  }
  if (!order.session.empty()) return end_one_session(access, order, json, console);
  if (!order.yes) {
    auto trial = chosen->body;
    trial["dry_run"] = true;
    const auto counted = ask_router(access, {"POST", "/api/sessions/end", trial.dump()});
    if (!counted) return tell_fault(counted.error(), console);
    if (!counted->is_good()) return tell_refusal(*counted, console);
    const bool has_more = counted->body.value("more", false);
    const auto question = "End " + std::string(has_more ? "more than " : "") +
                          std::to_string(number(counted->body, "matching")) + " sessions of " +
                          shown_text(chosen->words) + "?";
    if (!is_confirmed(question, console)) return kCommandRefused;
  }
  auto begun = ask_router(access, {"POST", "/api/sessions/end", chosen->body.dump()});
  if (!begun) return tell_fault(begun.error(), console);
  if (!begun->is_good()) return tell_refusal(*begun, console);
  return watch_ending(access, std::move(begun->body), json, console);
}

int show_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console) {
  std::string target = "/api/outbox";
  add_parameter(target, "state", order.state);
  add_parameter(target, "back_end", order.back_end);
  int code = kCommandDone;
  const auto listed = list_all(access, target, "calls", order.limit, console, code);
  if (!listed) return tell_fault(listed.error(), console);
  if (code != kCommandDone) return code;
  if (json) {
    print_json({{"back_ends", listed->last_page.value("back_ends", ordered_json::array())}, {"calls", listed->items}},
               console);
    return code;
  }
  Table table({"CALL", "BACK-END", "STATE", "ATTEMPTS", "SINCE", "REASON"});
  for (const auto& one : listed->items) {
    table.add({field(one, "id"), field(one, "back_end"), field(one, "state"), std::to_string(number(one, "attempts")),
               shown_time(number(one, "created")), field(one, "reason")});
  }
  table.print(console.out);
  return code;
}

int retry_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console) {
  ordered_json wish = ordered_json::object();
  if (!order.id.empty()) wish["id"] = order.id;
  if (!order.back_end.empty()) wish["back_end"] = order.back_end;
  if (order.all) wish["all"] = true;
  if (wish.size() != 1) {
    console.err << "xs-router: one of ID, --back-end and --all is needed\n";
    return kNotAsked;
  }
  const auto retried = ask_router(access, {"POST", "/api/outbox/retry", wish.dump()});
  if (!retried) return tell_fault(retried.error(), console);
  if (!retried->is_good()) return tell_refusal(*retried, console);
  if (json)
    print_json(retried->body, console);
  else
    console.out << number(retried->body, "retried") << " calls are tried again\n";
  return kCommandDone;
}

int drop_from_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console) {
  const auto dropped = ask_router(access, {"DELETE", "/api/outbox/" + base::percent_encode(order.id), {}});
  if (!dropped) return tell_fault(dropped.error(), console);
  if (!dropped->is_good()) return tell_refusal(*dropped, console);
  if (json)
    print_json(dropped->body, console);
  else
    console.out << "forgotten\n";
  return kCommandDone;
}

}  // namespace router::app
