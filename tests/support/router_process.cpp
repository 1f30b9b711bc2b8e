#include "support/router_process.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "support/secrets_seen.h"
#include "support/spawn.h"

#ifndef XS_ROUTER_BINARY
#define XS_ROUTER_BINARY ""
#endif

namespace router::test {
namespace {

using nlohmann::json;

constexpr milliseconds kStartTime{20'000};  // with sanitizers on a busy machine
constexpr const char* kLogName = "router.log";

std::string program() {
  const char* chosen = std::getenv("XS_ROUTER");
  const std::string path = chosen != nullptr ? chosen : XS_ROUTER_BINARY;
  if (!std::filesystem::exists(path))
    throw std::runtime_error("no router at \"" + path + "\"; build it or set XS_ROUTER");
  return std::filesystem::absolute(path).string();  // never looked up in PATH
}

}  // namespace

void RouterSetup::add_destination(const std::string& name, const std::string& url, const json& properties) {
  json destination = properties;
  destination["name"] = name;
  destination["url"] = url;
  destinations_.push_back(destination);
  environment["destinations"] = destinations_.dump();
}

void RouterSetup::add_public_route(const std::string& name, const json& properties) {
  json route{{"source", "^/" + name + "/(.*)$"}, {"destination", name}, {"authenticationType", "none"}};
  route.update(properties);
  add_route(std::move(route));
}

void RouterSetup::add_route(json route) { descriptor["routes"].push_back(std::move(route)); }

RouterProcess::RouterProcess(const RouterSetup& setup, Unstarted) {
  note_secrets(setup.environment);
  for (const auto& [name, content] : setup.files) folder_.write(name, content);
  for (const auto& [name, to] : setup.links) folder_.link(name, to);
  folder_.write("xs-app.json", setup.descriptor_text.empty() ? setup.descriptor.dump(2) : setup.descriptor_text);
}

RouterProcess::RouterProcess(const RouterSetup& setup) : RouterProcess(setup, Unstarted{}) {
  std::vector<std::string> arguments{"-w", folder_.path().string(), "--port", std::to_string(setup.port)};
  arguments.insert(arguments.end(), setup.arguments.begin(), setup.arguments.end());
  spawn(arguments, setup);
  const auto is_decided = [this] {
    port_ = port_of("router.listening");
    return port_ != 0 || wait(milliseconds(0)).has_value();
  };
  if (!eventually(is_decided, kStartTime) || port_ == 0) {
    stop();
    throw std::runtime_error("the router did not start:\n" + log());
  }
}

RouterProcess::~RouterProcess() {
  if (pid_ <= 0) return;
  if (!exit_code_) {
    const int code = stop();
    CHECK_MESSAGE(code == 0, "the router ended with ", code, ":\n", log());
  }
  if (is_command_) return;
  if (const auto secret = secret_in(log())) FAIL_CHECK("the log shows ", *secret, ":\n", log());
}

void RouterProcess::spawn(const std::vector<std::string>& arguments, const RouterSetup& setup) {
  std::vector<std::string> words{program()};
  if (!setup.shell_first.empty())
    words.insert(words.begin(), {"/bin/bash", "-c", setup.shell_first + "; exec \"$0\" \"$@\""});
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin"};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : setup.environment) variables.push_back(name + "=" + value);

  pid_ = spawn_logged(words, folder_ / kLogName, std::move(variables));
  if (pid_ <= 0) throw std::runtime_error("cannot run " + words.front());
}

std::string RouterProcess::log() const { return read_file(folder_ / kLogName); }

bool RouterProcess::logs(std::string_view part, milliseconds at_most) const {
  return eventually([&] { return log().find(part) != std::string::npos; }, at_most);
}

std::uint16_t RouterProcess::port_of(std::string_view event) const {
  std::istringstream lines(log());
  for (std::string text; std::getline(lines, text);) {
    const auto line = json::parse(text, nullptr, false);
    if (line.is_object() && line.value("event", "") == event) return line.value("port", std::uint16_t{0});
  }
  return 0;
}

std::size_t RouterProcess::resident_bytes() const {
  std::istringstream fields(read_file("/proc/" + std::to_string(pid_) + "/statm"));
  std::size_t total = 0;
  std::size_t resident = 0;
  fields >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t RouterProcess::open_descriptors() const {
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

milliseconds RouterProcess::cpu_time() const {
  const auto line = read_file("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream fields(line.substr(line.rfind(')') + 1));  // the name before may hold spaces
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  long long user = 0;
  long long system = 0;
  fields >> user >> system;
  return milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

bool RouterProcess::is_sanitized() const {
  const auto libraries = read_file("/proc/" + std::to_string(pid_) + "/maps");
  return libraries.find("/libasan.") != std::string::npos || libraries.find("/libtsan.") != std::string::npos;
}

void RouterProcess::signal(int number) const {
  // -1 would mean every process there is
  if (pid_ > 0 && !exit_code_) ::kill(pid_, number);
}

std::optional<int> RouterProcess::wait(milliseconds at_most) {
  eventually(
      [this] {
        int status = 0;
        if (!exit_code_ && pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
          exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return exit_code_.has_value();
      },
      at_most);
  return exit_code_;
}

int RouterProcess::stop(milliseconds at_most) {
  if (exit_code_) return *exit_code_;
  signal(SIGTERM);
  if (const auto code = wait(at_most)) return *code;
  signal(SIGKILL);
  return wait(kPatience).value_or(-1);
}

void RouterProcess::kill() {
  signal(SIGKILL);
  REQUIRE(wait(kPatience) == 128 + SIGKILL);
}

FailedStart run_to_end(const RouterSetup& setup, std::vector<std::string> arguments) {
  RouterProcess router(setup, RouterProcess::Unstarted{});
  router.is_command_ = !arguments.empty();
  if (arguments.empty()) arguments = {"--port", std::to_string(setup.port)};
  arguments.insert(arguments.begin(), {"-w", router.folder_.path().string()});
  router.spawn(arguments, setup);
  FailedStart ended;
  ended.exit_code = router.wait(kStartTime).value_or(-1);
  if (ended.exit_code == -1) router.stop();
  ended.output = router.log();
  return ended;
}

}  // namespace router::test
