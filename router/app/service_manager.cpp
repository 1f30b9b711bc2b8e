#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "base/text.h"

namespace router::app {
namespace {

std::string_view variable_of_process(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool tell_service_manager(std::string_view state) {
  const auto path = variable_of_process("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // a name that is no file
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return false;
  const auto sent =
      ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  ::close(socket);
  return sent == static_cast<ssize_t>(state.size());
}

void tell_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  tell_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

std::optional<base::milliseconds> watchdog_time() {
  const auto process = variable_of_process("WATCHDOG_PID");
  if (!process.empty() && process != std::to_string(::getpid())) return std::nullopt;
  const auto microseconds = base::parse_unsigned(variable_of_process("WATCHDOG_USEC"));
  if (!microseconds || *microseconds < 1000) return std::nullopt;
  return base::milliseconds(*microseconds / 1000);
}

Watchdog::Watchdog(base::Loop& background, std::vector<base::Loop*> loops, base::milliseconds within,
                   std::function<void()> tell_alive)
    : background_(background), loops_(std::move(loops)), pause_(within / 2), tell_alive_(std::move(tell_alive)) {}

void Watchdog::start() {
  awaited_ = loops_.size();
  for (auto* const loop : loops_) {
    loop->post([this] { background_.post([this] { answered(); }); });
  }
}

void Watchdog::answered() {
  if (--awaited_ > 0) return;
  tell_alive_();
  background_.after(pause_, [this] { start(); });
}

}  // namespace router::app
