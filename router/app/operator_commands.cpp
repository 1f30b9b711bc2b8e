#include "app/operator_commands.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "app/management_calls.h"
#include "app/progress_line.h"
#include "app/retry_rounds.h"
#include "app/terminal.h"
#include "base/json_text.h"
#include "base/text.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::milliseconds kProgressEvery{200};

std::string holdings(const ordered_json& session) {
  const auto& held = object_in(session, "holds");
  std::string text;
  const auto add = [&](const std::string& what) { text.append(text.empty() ? "" : ", ").append(shown_text(what)); };
  for (const auto& token : list_in(held, "tokens")) {
    if (token.is_string()) add(token.get<std::string>() + " token");
  }
  for (const auto& [destination, count] : object_in(held, "cookies").items()) add("cookies of " + destination);
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

void draw_bar(std::int64_t done, std::int64_t all, const Console& console) {
  if (console.shows_progress) console.err << "\r" << bar_of(done, all) << std::flush;
}

void draw_progress(const ordered_json& ending, const Console& console) {
  draw_bar(std::max<std::int64_t>(number_in(ending, "ended"), 0), number_in(ending, "matching"), console);
}

// Until it is over.
int watch_ending(const ManagementAccess& access, ordered_json ending, bool json, const Console& console) {
  const auto target = "/api/logouts/" + base::percent_encode(text_in(ending, "id"));
  while (text_in(ending, "state") == "running") {
    draw_progress(ending, console);
    std::this_thread::sleep_for(kProgressEvery);
    auto looked = ask_router(access, {.target = target});
    if (const auto code = tell_failure(looked, console)) return *code;
    ending = std::move(looked->body);
  }
  draw_progress(ending, console);
  if (console.shows_progress) console.err << "\n";
  if (json)
    print_json(ending, console);
  else
    console.out << number_in(ending, "ended") << " sessions ended\n";
  if (text_in(ending, "state") == "done") return kCommandDone;
  console.err << "xs-router: " << text_in(ending, "reason") << "\n";
  return kCommandRefused;
}

int end_one_session(const ManagementAccess& access, const EndOrder& order, bool json, const Console& console) {
  if (!order.yes && !is_confirmed("End session " + shown_text(order.session) + "?", console)) return kCommandRefused;
  const auto ended = ask_router(access, {"DELETE", "/api/sessions/" + base::percent_encode(order.session), {}});
  if (const auto code = tell_failure(ended, console)) return *code;
  if (json)
    print_json(ended->body, console);
  else
    console.out << "ended; logout " << text_in(ended->body, "logout_id") << "\n";
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
  const auto listed = list_all(access, target, "sessions", list.limit);
  if (const auto code = tell_failure(listed, console)) return *code;
  if (json) {
    print_json(listed->items, console);
    return kCommandDone;
  }
  Table table({"FINGERPRINT", "USER", "USER FINGERPRINT", "TENANT", "PROVIDER", "AGE", "UNUSED", "ENDS IN", "HOLDS"});
  for (const auto& one : listed->items) {
    const auto user = text_in(one, "kind") == "anonymous" ? "(nobody)" : text_in(one, "user");
    table.add({text_in(one, "fingerprint"), user, text_in(one, "user_fingerprint"), text_in(one, "tenant"),
               text_in(one, "provider"), shown_span(number_in(one, "age_seconds")),
               one.contains("unused_seconds") ? shown_span(number_in(one, "unused_seconds")) : "-",
               shown_span(number_in(one, "ends_in_seconds")), holdings(one)});
  }
  table.print(console.out);
  return kCommandDone;
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
    const auto counted = ask_router(access, {"POST", "/api/sessions/end", base::json_text(trial)});
    if (const auto code = tell_failure(counted, console)) return *code;
    const auto more = counted->body.find("more");
    const bool has_more = more != counted->body.end() && *more == true;
    const auto question = "End " + std::string(has_more ? "more than " : "") +
                          std::to_string(number_in(counted->body, "matching")) + " sessions of " +
                          shown_text(chosen->words) + "?";
    if (!is_confirmed(question, console)) return kCommandRefused;
  }
  auto begun = ask_router(access, {"POST", "/api/sessions/end", base::json_text(chosen->body)});
  if (const auto code = tell_failure(begun, console)) return *code;
  return watch_ending(access, std::move(begun->body), json, console);
}

int show_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console) {
  std::string target = "/api/outbox";
  add_parameter(target, "state", order.state);
  add_parameter(target, "back_end", order.back_end);
  const auto listed = list_all(access, target, "calls", order.limit);
  if (const auto code = tell_failure(listed, console)) return *code;
  if (json) {
    print_json({{"back_ends", list_in(listed->last_page, "back_ends")}, {"calls", listed->items}}, console);
    return kCommandDone;
  }
  Table table({"CALL", "BACK-END", "STATE", "ATTEMPTS", "SINCE", "REASON"});
  for (const auto& one : listed->items) {
    table.add({text_in(one, "id"), text_in(one, "back_end"), text_in(one, "state"),
               std::to_string(number_in(one, "attempts")), shown_time(number_in(one, "created")),
               text_in(one, "reason")});
  }
  table.print(console.out);
  return kCommandDone;
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
  RetryRounds rounds;
  bool is_drawn = false;
  for (bool more = true; more;) {
    const auto reply = ask_router(access, {"POST", "/api/outbox/retry", base::json_text(wish)});
    if (const auto code = tell_failure(reply, console)) return *code;
    const auto said = reply->body.find("more");
    std::optional<std::int64_t> left;
    if (reply->body.contains("left")) left = number_in(reply->body, "left");
    more = rounds.needs_another(number_in(reply->body, "retried"), said != reply->body.end() && *said == true, left);
    is_drawn = is_drawn || more;
    if (is_drawn) draw_bar(rounds.retried(), rounds.all(), console);
  }
  if (is_drawn && console.shows_progress) console.err << "\n";
  if (json)
    print_json({{"retried", rounds.retried()}}, console);
  else
    console.out << rounds.retried() << " calls are tried again\n";
  return kCommandDone;
}

int drop_from_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console) {
  return ask_for_change(access, {"DELETE", "/api/outbox/" + base::percent_encode(order.id), {}}, json, "forgotten",
                        console);
}

}  // namespace router::app
