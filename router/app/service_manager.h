// What the service manager that started the process hears of it: systemd, or whoever speaks its protocol.
//
// Nothing happens where NOTIFY_SOCKET, or WATCHDOG_USEC, is not set. The protocol is a datagram of lines and promised to
// stay; libsystemd would bring half a dozen libraries for it. Main thread.
// Source: sd_notify(3), sd_watchdog_enabled(3).
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/loop.h"

namespace router::app {

// "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", a line each. False: nobody is to be told, or could be.
bool tell_service_manager(std::string_view state);

// "RELOADING=1"; "READY=1" has to follow.
void tell_reloading();

// How often "WATCHDOG=1" is expected of this process; absent: not at all.
std::optional<base::milliseconds> watchdog_time();

// Tells that the router is alive, twice in `within`, for as long as every loop gets to its work: a round begins when all
// have answered the one before. Owner: app/router; outlives what the loops run. On the background loop.
class Watchdog {
 public:
  Watchdog(base::Loop& background, std::vector<base::Loop*> loops, base::milliseconds within,
           std::function<void()> tell_alive);
  void start();

 private:
  void answered();

  base::Loop& background_;
  const std::vector<base::Loop*> loops_;
  const base::milliseconds pause_;
  const std::function<void()> tell_alive_;
  std::size_t awaited_ = 0;
};

}  // namespace router::app
