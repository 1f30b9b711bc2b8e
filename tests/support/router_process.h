// The built router as a process of its own, in a directory of its own.
//
//   RouterSetup setup;
//   setup.descriptor = {{"routes", {{{"source", "^/a"}, {"destination", "b"}, {"authenticationType", "none"}}}}};
//   setup.add_destination("b", backend.origin());
//   RouterProcess router(setup);          // listens when this returns, or throws with what it printed
//
// Which program: XS_ROUTER, else the one of this build. The environment is only what the setup says. The destructor
// ends the process as stop() does, and fails the test if it did not end well (a sanitizer's report, a crash).
#pragma once

#include <sys/types.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/socket.h"
#include "support/temporary_folder.h"

namespace router::test {

struct RouterSetup {
  nlohmann::json descriptor = nlohmann::json::object();
  std::string descriptor_text;               // instead of `descriptor`, for files that are not JSON
  std::map<std::string, std::string> files;  // name below the directory -> content
  std::map<std::string, std::string> links;  // name below the directory -> where it points
  std::map<std::string, std::string> environment;
  std::vector<std::string> arguments;  // after -w DIR and --port
  std::uint16_t port = 0;              // 0: the router chooses
  std::string shell_first;             // what a shell does before the router takes its place: "ulimit -n 64"

  // `properties` are those of the `destinations` variable beside name and url.
  void add_destination(const std::string& name, const std::string& url,
                       const nlohmann::json& properties = nlohmann::json::object());
  // A route without authentication: ^/<name>/(.*)$ -> destination <name>, target unchanged.
  void add_public_route(const std::string& name, const nlohmann::json& properties = nlohmann::json::object());
  void add_route(nlohmann::json route);

 private:
  nlohmann::json destinations_ = nlohmann::json::array();
};

// How a router ended that was not meant to run.
struct FailedStart {
  int exit_code = 0;
  std::string output;
};

class RouterProcess {
 public:
  explicit RouterProcess(const RouterSetup& setup);
  ~RouterProcess();
  RouterProcess(const RouterProcess&) = delete;
  RouterProcess& operator=(const RouterProcess&) = delete;

  std::uint16_t port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  pid_t pid() const { return pid_; }
  const TemporaryFolder& folder() const { return folder_; }

  // Everything on standard output and standard error so far.
  std::string log() const;
  bool logs(std::string_view part, milliseconds at_most = kPatience) const;
  // That the log's first line of `event` ("management.listening") tells; 0: there is none.
  std::uint16_t port_of(std::string_view event) const;
  std::size_t resident_bytes() const;
  std::size_t open_descriptors() const;
  milliseconds cpu_time() const;
  // Sanitizers make a router slower and larger (ASan keeps what was freed): figures of one are not asserted.
  bool is_sanitized() const;

  void signal(int number) const;
  // Exit code, 128 + signal; absent if it still runs then.
  std::optional<int> wait(milliseconds at_most);
  // SIGTERM, and SIGKILL for one that does not end.
  int stop(milliseconds at_most = milliseconds(15'000));
  // SIGKILL; fails the test if that is not what it died of.
  void kill();

 private:
  friend FailedStart run_to_end(const RouterSetup& setup, std::vector<std::string> arguments);

  struct Unstarted {};
  RouterProcess(const RouterSetup& setup, Unstarted);
  void spawn(const std::vector<std::string>& arguments, const RouterSetup& setup);

  TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::optional<int> exit_code_;
  bool is_command_ = false;  // what it prints is for its caller, and may be a receipt; no log
};

// Starts it with `arguments` after "-w DIR" (none: as for serving) and waits for its end.
FailedStart run_to_end(const RouterSetup& setup, std::vector<std::string> arguments = {});

}  // namespace router::test
