// Process signals as callbacks on a loop. Owner: app/router, while it runs; one per process.
#pragma once

#include <functional>
#include <memory>

namespace router::net {

class AsioLoop;

// Before anything else of a process that will serve, while it has one thread: SIGPIPE is ignored, and SIGHUP, which by
// default ends the process, waits until there is a Signals.
void hold_signals();

class Signals {
 public:
  // SIGTERM and SIGINT -> terminate, SIGHUP -> reload. In the thread that holds the signals; they are held again
  // afterwards.
  Signals(AsioLoop& loop, std::function<void()> terminate, std::function<void()> reload);
  ~Signals();

 private:
  struct Waiting;
  std::unique_ptr<Waiting> waiting_;
};

}  // namespace router::net
