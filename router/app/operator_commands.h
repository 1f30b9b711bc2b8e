// Commands of operators: thin clients of the management port of a running router.
//
// Exit codes: 0 it is done; 1 the router said no (no such session, wrong token, a configuration with errors), or whoever
// was asked; 2 it could not be asked. Source: docs/contract/operations.md "Command line".
#pragma once

#include <iosfwd>
#include <string>

#include "base/secret.h"

namespace router::app {

// Where a command finds the management port, and how it gets in.
struct ManagementAccess {
  std::string url;  // empty: not known
  base::Secret token;
};

// The streams of a command.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool is_terminal = false;     // of `out`: colours, and a screen that is drawn anew
  bool shows_progress = false;  // `err` is a terminal: a bar that is drawn anew
};

struct SessionList {
  std::string user;
  std::string tenant;
  std::string provider;
  std::string destination;
  std::string min_age;  // seconds
  std::string max_age;
  std::size_t limit = 50;
};

struct EndOrder {
  std::string user;
  std::string tenant;
  std::string provider;
  std::string session;  // fingerprint
  bool all = false;
  bool yes = false;  // nobody is asked
};

struct OutboxOrder {
  std::string state;  // list
  std::string back_end;
  std::size_t limit = 50;
  std::string id;  // retry, drop
  bool all = false;
};

struct ApplicationOrder {
  std::string tenant;  // list
  std::string name;
  std::size_t limit = 50;
  std::string key;  // drop
};

struct LogLevelOrder {
  std::string level;  // empty: only look
  std::string event;
  unsigned minutes = 60;
};

int show_sessions(const ManagementAccess& access, const SessionList& list, bool json, const Console& console);
int end_sessions(const ManagementAccess& access, const EndOrder& order, bool json, const Console& console);
int show_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console);
int retry_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console);
int drop_from_outbox(const ManagementAccess& access, const OutboxOrder& order, bool json, const Console& console);
int show_applications(const ManagementAccess& access, const ApplicationOrder& order, bool json, const Console& console);
int drop_kept_application(const ManagementAccess& access, const ApplicationOrder& order, bool json,
                          const Console& console);
int reload_router(const ManagementAccess& access, bool json, const Console& console);
int set_log_level(const ManagementAccess& access, const LogLevelOrder& order, bool json, const Console& console);
// The overview, each second; `count` 0: until it is interrupted, and once where there is no terminal.
int show_top(const ManagementAccess& access, unsigned count, bool json, const Console& console);

}  // namespace router::app
