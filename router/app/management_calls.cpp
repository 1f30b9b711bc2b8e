#include "app/management_calls.h"

#include <algorithm>
#include <ostream>

#include "app/terminal.h"
#include "base/json_text.h"
#include "base/text.h"

namespace router::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t kListedAtOnce = 200;

const ordered_json* member_of(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string text_in(const ordered_json& object, const char* name) {
  const auto* found = member_of(object, name);
  return found != nullptr && found->is_string() ? shown_text(found->get_ref<const std::string&>()) : std::string();
}

std::int64_t number_in(const ordered_json& object, const char* name) {
  const auto* found = member_of(object, name);
  return found != nullptr && found->is_number() ? found->get<std::int64_t>() : 0;
}

const ordered_json& list_in(const ordered_json& object, const char* name) {
  static const ordered_json kEmptyList = ordered_json::array();
  const auto* found = member_of(object, name);
  return found != nullptr && found->is_array() ? *found : kEmptyList;
}

const ordered_json& object_in(const ordered_json& object, const char* name) {
  static const ordered_json kEmptyObject = ordered_json::object();
  const auto* found = member_of(object, name);
  return found != nullptr && found->is_object() ? *found : kEmptyObject;
}

Result<JsonReply> ask_router(const ManagementAccess& access, management::Call call) {
  const auto reply = management::call(access.url, call, access.token);
  if (!reply) return reply.error();
  auto body = ordered_json::parse(reply->body, nullptr, false);
  if (!body.is_object()) {
    return Error{ErrorCode::protocol, Side::router,
                 access.url + " answers " + std::to_string(reply->status) + " and no JSON"};
  }
  return JsonReply{reply->status, std::move(body)};
}

Result<Listed> list_all(const ManagementAccess& access, const std::string& target, const char* name,
                        std::size_t limit) {
  Listed listed;
  std::string cursor;
  std::size_t empty_pages = 0;
  do {
    std::string page_target = target;
    add_parameter(page_target, "limit", std::to_string(std::min(limit - listed.items.size(), kListedAtOnce)));
    add_parameter(page_target, "cursor", cursor);
    auto page = ask_router(access, {.target = page_target});
    if (!page) return page.error();
    if (!page->is_good()) {
      listed.refusal = *std::move(page);
      break;
    }
    const auto* found = member_of(page->body, name);
    if (found == nullptr || !found->is_array()) {
      return Error{ErrorCode::protocol, Side::router, access.url + " answers something else than a list"};
    }
    if (found->empty() && ++empty_pages > kMostEmptyPages) {
      return Error{ErrorCode::protocol, Side::router, access.url + " answers page after page with nothing on it"};
    }
    listed.items.insert(listed.items.end(), found->begin(), found->end());
    cursor = text_in(page->body, "next_cursor");
    listed.last_page = std::move(page->body);
  } while (!cursor.empty() && listed.items.size() < limit);
  return listed;
}

int tell_fault(const Error& error, const Console& console) {
  console.err << "xs-router: " << error.detail << "\n";
  const bool is_no = error.code == ErrorCode::refused || error.code == ErrorCode::not_found;
  return is_no ? kCommandRefused : kNotAsked;
}

int tell_refusal(const JsonReply& reply, const Console& console) {
  const auto detail = text_in(reply.body, "detail");
  console.err << "xs-router: the router answers " << reply.status << (detail.empty() ? "" : ": ") << detail << "\n";
  // away, or too busy: it may do so later
  return reply.status >= 500 ? kNotAsked : kCommandRefused;
}

std::optional<int> tell_failure(const Result<JsonReply>& reply, const Console& console) {
  if (!reply) return tell_fault(reply.error(), console);
  return reply->is_good() ? std::nullopt : std::optional(tell_refusal(*reply, console));
}

std::optional<int> tell_failure(const Result<Listed>& listed, const Console& console) {
  if (!listed) return tell_fault(listed.error(), console);
  return listed->refusal ? std::optional(tell_refusal(*listed->refusal, console)) : std::nullopt;
}

void print_json(const ordered_json& value, const Console& console) { console.out << base::json_text(value, 2) << "\n"; }

int ask_for_change(const ManagementAccess& access, management::Call change, bool json, const char* done,
                   const Console& console) {
  const auto reply = ask_router(access, std::move(change));
  if (const auto code = tell_failure(reply, console)) return *code;
  if (json)
    print_json(reply->body, console);
  else
    console.out << done << "\n";
  return kCommandDone;
}

void add_parameter(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target.append(target.find('?') == std::string::npos ? "?" : "&")
      .append(name)
      .append("=")
      .append(base::percent_encode(value));
}

}  // namespace router::app
