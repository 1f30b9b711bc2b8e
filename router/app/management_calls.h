// Questions of commands to the management port, and how its answers and refusals are told.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/operator_commands.h"
#include "base/result.h"
#include "management/client.h"

namespace router::app {

inline constexpr int kCommandDone = 0;
inline constexpr int kCommandRefused = 1;
inline constexpr int kNotAsked = 2;

// Any status, and JSON. Errors: unavailable, bad_request (no URL, no such URL), protocol (no JSON).
struct JsonReply {
  int status = 0;
  nlohmann::ordered_json body;
  bool is_good() const { return status >= 200 && status < 300; }
};
base::Result<JsonReply> ask_router(const ManagementAccess& access, management::Call call);

// Says why not; the exit code.
int tell_fault(const base::Error& error, const Console& console);
int tell_refusal(const JsonReply& reply, const Console& console);
void print_json(const nlohmann::ordered_json& value, const Console& console);

// "&name=value", where there is a value.
void add_parameter(std::string& target, std::string_view name, const std::string& value);

}  // namespace router::app
