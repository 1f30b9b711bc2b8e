#include "app/top.h"

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/management_calls.h"
#include "app/operator_commands.h"
#include "app/terminal.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kRed = "\033[31m";
constexpr std::string_view kPlain = "\033[0m";
constexpr std::string_view kNewScreen = "\033[H\033[J";

// With so many digits; "-" where nothing is known.
std::string figure(const ordered_json& object, const char* name, int digits = 0) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return "-";
  char text[64] = {};
  std::snprintf(text, sizeof text, "%.*f", digits, found->get<double>());
  return text;
}

// "12.5 %"; "-" where nothing is known.
std::string share(const ordered_json& object, const char* name) {
  constexpr double kPercent = 100;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return "-";
  return figure({{name, found->get<double>() * kPercent}}, name, 1) + " %";
}

}  // namespace

std::string overview_screen(const ordered_json& overview, bool colours) {
  std::ostringstream out;
  for (const auto& problem : list_in(overview, "problems")) {
    if (!problem.is_string()) continue;
    out << (colours ? kRed : "") << "! " << shown_text(problem.get<std::string>()) << (colours ? kPlain : "") << "\n";
  }
  const auto& requests = object_in(overview, "requests");
  const auto& connections = object_in(overview, "connections");
  const auto& sessions = object_in(overview, "sessions");
  const auto& logouts = object_in(overview, "logouts");
  const auto& calls = object_in(logouts, "calls");
  out << "requests     " << figure(requests, "per_second", 1) << "/s, p50 " << figure(requests, "p50_ms", 1)
      << " ms, p99 " << figure(requests, "p99_ms", 1) << " ms, 4xx " << figure(requests, "client_errors_per_second", 1)
      << "/s, 5xx " << figure(requests, "server_errors_per_second", 1) << "/s, " << figure(requests, "total")
      << " in all\n";
  out << "connections  " << figure(connections, "clients") << " of clients, " << figure(connections, "upstream_open")
      << " to back-ends (" << figure(connections, "upstream_idle") << " idle), "
      << figure(connections, "upstream_waiting") << " requests wait\n";
  out << "sessions     " << figure(sessions, "users") << " of users, " << figure(sessions, "anonymous")
      << " of nobody, " << figure(sessions, "created") << " created, " << figure(sessions, "over") << " over\n";
  out << "logout calls " << figure(calls, "confirmed") << " confirmed, " << figure(calls, "refused") << " refused, "
      << figure(calls, "unconfirmed") << " unconfirmed, " << figure(calls, "dead") << " given up, "
      << figure(logouts, "waiting") << " wait, the oldest for " << figure(logouts, "oldest_seconds") << " s\n";
  const auto& back_ends = list_in(overview, "back_ends");
  if (back_ends.empty()) return out.str();
  out << "\n";
  Table table(
      {"BACK-END", "PER SECOND", "P50 MS", "P99 MS", "OPEN", "IDLE", "WAITING", "ERRORS", "REQUESTS", "FAULTS"});
  for (const auto& one : back_ends) {
    table.add({text_in(one, "name"), figure(one, "per_second", 1), figure(one, "p50_ms", 1), figure(one, "p99_ms", 1),
               figure(one, "open"), figure(one, "idle"), figure(one, "waiting"), share(one, "error_share"),
               figure(one, "requests"), figure(one, "faults")});
  }
  table.print(out);
  return out.str();
}

int show_top(const ManagementAccess& access, unsigned count, bool json, const Console& console) {
  if (count == 0 && !console.is_terminal) count = 1;
  unsigned shown = 0;
  bool is_heard = false;
  const auto show = [&](std::string_view data) {
    is_heard = true;
    const auto overview = ordered_json::parse(data, nullptr, false);
    if (json) {
      console.out << data << "\n";
    } else if (overview.is_object()) {
      console.out << (console.is_terminal ? kNewScreen : "") << overview_screen(overview, console.is_terminal);
    }
    console.out << std::flush;
    return ++shown != count;
  };
  // a stream ends after an hour, and is asked for anew
  do {
    is_heard = false;
    const auto followed = management::follow(access.url, "/api/events", access.token, show);
    if (!followed) return tell_fault(followed.error(), console);
  } while (is_heard && (count == 0 || shown < count));
  return kCommandDone;
}

}  // namespace router::app
