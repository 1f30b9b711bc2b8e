// Process signals as callbacks on a loop. Owner: app/router, while it runs; one per process.
#pragma once

#include <functional>
#include <memory>

namespace router::net {

class AsioLoop;

// Before anything else of a process that will serve, while it has one thread: SIGPIPE is ignored, and SIGHUP and SIGUSR1,
// which by default end the process, wait until there is a Signals. Threads inherit that; one that is made while there is a
// Signals begins with this.
void hold_signals();

// In the thread that makes the Signals, before others can connect: SIGTERM and SIGINT, which by default end the process,
// wait for it, too. Who connects may send one at once.
void hold_ends();

class Signals {
 public:
  // SIGTERM and SIGINT -> terminate, SIGHUP -> reload, SIGUSR1 -> reopen_log. In the thread that holds the signals; SIGHUP
  // and SIGUSR1 are held again afterwards.
  Signals(AsioLoop& loop, std::function<void()> terminate, std::function<void()> reload,
          std::function<void()> reopen_log);
  ~Signals();

 private:
  struct Waiting;
  std::unique_ptr<Waiting> waiting_;
};

}  // namespace router::net
