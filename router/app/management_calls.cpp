#include "app/management_calls.h"

#include <ostream>

#include "app/terminal.h"
#include "base/text.h"

namespace router::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using nlohmann::ordered_json;

Result<JsonReply> ask_router(const ManagementAccess& access, management::Call call) {
  if (access.url.empty()) return Error{ErrorCode::bad_request, Side::client, "--url, or MANAGEMENT_PORT, is needed"};
  const auto reply = management::call(access.url, call, access.token);
  if (!reply) return reply.error();
  auto body = ordered_json::parse(reply->body, nullptr, false);
  if (!body.is_object()) {
    return Error{ErrorCode::protocol, Side::router,
                 access.url + " answers " + std::to_string(reply->status) + " and no JSON"};
  }
  return JsonReply{reply->status, std::move(body)};
}

int tell_fault(const Error& error, const Console& console) {
  console.err << "xs-router: " << error.detail << "\n";
  return kNotAsked;
}

int tell_refusal(const JsonReply& reply, const Console& console) {
  const auto detail = reply.body.find("detail");
  const auto* text = detail == reply.body.end() ? nullptr : detail->get_ptr<const std::string*>();
  console.err << "xs-router: the router answers " << reply.status;
  if (text != nullptr) console.err << ": " << shown_text(*text);
  console.err << "\n";
  // away, or too busy: it may do so later
  return reply.status >= 500 ? kNotAsked : kCommandRefused;
}

void print_json(const ordered_json& value, const Console& console) {
  console.out << value.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void add_parameter(std::string& target, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  target.append(target.find('?') == std::string::npos ? "?" : "&")
      .append(name)
      .append("=")
      .append(base::percent_encode(value));
}

}  // namespace router::app
