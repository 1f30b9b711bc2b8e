#include "support/demo_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/socket.h"

namespace router::test {
namespace {

constexpr milliseconds kStartTime{20'000};
constexpr const char* kLogName = "demo.log";

}  // namespace

DemoProcess::DemoProcess(const std::string& router) {
  std::string program = XS_ROUTER_DEMO_BINARY;
  std::string option = "--router";
  std::string origin = router;
  char* arguments[] = {program.data(), option.data(), origin.data(), nullptr};
  char* environment[] = {nullptr};
  const std::string log = folder_ / kLogName;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int fault = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) throw std::runtime_error("cannot run " + program);
  const auto is_ready = [this] { return output().find("\nready\n") != std::string::npos; };
  if (!eventually(is_ready, kStartTime)) throw std::runtime_error("the demo did not start: " + output());
}

DemoProcess::~DemoProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

std::string DemoProcess::output() const {
  std::ifstream file(folder_ / kLogName, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string DemoProcess::value(const std::string& name) const {
  std::istringstream lines(output());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  }
  return {};
}

}  // namespace router::test
