#include <iostream>

#include "app/management_calls.h"
#include "app/operator_commands.h"
#include "app/terminal.h"
#include "base/json_text.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

void print_levels(const ordered_json& body, const Console& console) {
  console.out << text_in(body, "level") << "\n";
  const auto& events = object_in(body, "events");
  for (const auto& [event, level] : events.items()) {
    console.out << shown_text(event) << ": " << text_in(events, event.c_str()) << "\n";
  }
}

// Of `check --json`, one a line.
void print_findings(const ordered_json& reply, const Console& console) {
  for (const auto& issue : list_in(object_in(reply, "check"), "issues")) {
    console.err << text_in(issue, "file") << ": " << text_in(issue, "pointer") << ": found " << text_in(issue, "found")
                << ", expected " << text_in(issue, "expected") << "\n";
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
    console.err << "xs-router: " << text_in(reply->body, "reason") << "\n";
    return kCommandRefused;
  }
  if (json) return kCommandDone;
  console.out << "reloaded\n";
  for (const auto& setting : list_in(reply->body, "needs_restart")) {
    if (setting.is_string()) console.out << shown_text(setting.get<std::string>()) << " holds from the next start on\n";
  }
  return kCommandDone;
}

int set_log_level(const ManagementAccess& access, const LogLevelOrder& order, bool json, const Console& console) {
  management::Call call{"GET", "/api/log-level", {}};
  if (!order.level.empty()) {
    ordered_json wish{{"level", order.level}, {"minutes", order.minutes}};
    if (!order.event.empty()) wish["event"] = order.event;
    call = {"PUT", "/api/log-level", base::json_text(wish)};
  }
  const auto reply = ask_router(access, std::move(call));
  if (const auto code = tell_failure(reply, console)) return *code;
  if (json)
    print_json(reply->body, console);
  else
    print_levels(reply->body, console);
  return kCommandDone;
}

}  // namespace router::app
