#include <iostream>

#include "app/management_calls.h"
#include "app/operator_commands.h"
#include "app/terminal.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

void print_levels(const ordered_json& body, const Console& console) {
  console.out << shown_text(body.value("level", "")) << "\n";
  const auto events = body.value("events", ordered_json::object());
  for (const auto& [event, level] : events.items()) {
    console.out << shown_text(event) << ": " << shown_text(level.is_string() ? level.get<std::string>() : "") << "\n";
  }
}

// Of `check --json`, one a line.
void print_findings(const ordered_json& reply, const Console& console) {
  const auto check = reply.value("check", ordered_json::object());
  const auto issues = check.is_object() ? check.value("issues", ordered_json::array()) : ordered_json::array();
  for (const auto& issue : issues) {
    if (!issue.is_object()) continue;
    console.err << shown_text(issue.value("file", "")) << ": " << shown_text(issue.value("pointer", "")) << ": found "
                << shown_text(issue.value("found", "")) << ", expected " << shown_text(issue.value("expected", ""))
                << "\n";
  }
}

}  // namespace

int reload_router(const ManagementAccess& access, bool json, const Console& console) {
  const auto reply = ask_router(access, {"POST", "/api/reload", {}});
  if (!reply) return tell_fault(reply.error(), console);
  if (reply->status != 200 && reply->status != 422) return tell_refusal(*reply, console);
  if (json) print_json(reply->body, console);
  if (!reply->is_good()) {
    if (!json) print_findings(reply->body, console);
    console.err << "xs-router: " << shown_text(reply->body.value("reason", "")) << "\n";
    return kCommandRefused;
  }
  if (json) return kCommandDone;
  console.out << "reloaded\n";
  for (const auto& setting : reply->body.value("needs_restart", ordered_json::array())) {
    if (setting.is_string()) console.out << shown_text(setting.get<std::string>()) << " holds from the next start on\n";
  }
  return kCommandDone;
}

int set_log_level(const ManagementAccess& access, const LogLevelOrder& order, bool json, const Console& console) {
  management::Call call{"GET", "/api/log-level", {}};
  if (!order.level.empty()) {
    ordered_json wish{{"level", order.level}, {"minutes", order.minutes}};
    if (!order.event.empty()) wish["event"] = order.event;
    call = {"PUT", "/api/log-level", wish.dump(-1, ' ', false, ordered_json::error_handler_t::replace)};
  }
  const auto reply = ask_router(access, std::move(call));
  if (!reply) return tell_fault(reply.error(), console);
  if (!reply->is_good()) return tell_refusal(*reply, console);
  if (json)
    print_json(reply->body, console);
  else
    print_levels(reply->body, console);
  return kCommandDone;
}

}  // namespace router::app
