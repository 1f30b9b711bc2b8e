#include "support/demo_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <sstream>
#include <stdexcept>

#include "support/socket.h"
#include "support/spawn.h"

namespace router::test {
namespace {

constexpr milliseconds kStartTime{20'000};
constexpr const char* kLogName = "demo.log";

}  // namespace

DemoProcess::DemoProcess(const std::string& router) {
  const std::string program = XS_ROUTER_DEMO_BINARY;
  pid_ = spawn_logged({program, "--router", router}, folder_ / kLogName, std::vector<std::string>{});
  if (pid_ <= 0) throw std::runtime_error("cannot run " + program);
  const auto is_ready = [this] { return output().find("\nready\n") != std::string::npos; };
  if (!eventually(is_ready, kStartTime)) throw std::runtime_error("the demo did not start: " + output());
}

DemoProcess::~DemoProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

std::string DemoProcess::output() const { return read_file(folder_ / kLogName); }

std::string DemoProcess::value(const std::string& name) const {
  std::istringstream lines(output());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  }
  return {};
}

}  // namespace router::test
