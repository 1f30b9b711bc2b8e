// Questions of commands to the management port, and how its answers and refusals are told.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
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

// All pages of the list that has that name, up to `limit`. Errors: as ask_router(); protocol (no list, or none that ends).
// A list of which little fits has pages with nothing on them: so many are a million receipts.
inline constexpr std::size_t kMostEmptyPages = 2'500;
struct Listed {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  nlohmann::ordered_json last_page;  // what the last answer has apart from the list
  std::optional<JsonReply> refusal;  // the router said no
};
base::Result<Listed> list_all(const ManagementAccess& access, const std::string& target, const char* name,
                              std::size_t limit);

// Members of an answer; one of another type is as good as none. A text drives no terminal.
std::string text_in(const nlohmann::ordered_json& object, const char* name);
std::int64_t number_in(const nlohmann::ordered_json& object, const char* name);
const nlohmann::ordered_json& list_in(const nlohmann::ordered_json& object, const char* name);
const nlohmann::ordered_json& object_in(const nlohmann::ordered_json& object, const char* name);

// Says why not; the exit code.
int tell_fault(const base::Error& error, const Console& console);
int tell_refusal(const JsonReply& reply, const Console& console);
// Either of them; absent: it is done.
std::optional<int> tell_failure(const base::Result<JsonReply>& reply, const Console& console);
std::optional<int> tell_failure(const base::Result<Listed>& listed, const Console& console);
void print_json(const nlohmann::ordered_json& value, const Console& console);
// Asks for one change and says `done`, or what the answer is as JSON; the exit code.
int ask_for_change(const ManagementAccess& access, management::Call change, bool json, const char* done,
                   const Console& console);

// "&name=value", where there is a value.
void add_parameter(std::string& target, std::string_view name, const std::string& value);

}  // namespace router::app
