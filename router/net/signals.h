// Process signals as callbacks on a loop. Owner: app/router, while it runs; one per process.
#pragma once

#include <functional>
#include <memory>

namespace router::net {

class AsioLoop;

class Signals {
 public:
  // SIGTERM and SIGINT -> terminate, SIGHUP -> reload; SIGPIPE is ignored.
  Signals(AsioLoop& loop, std::function<void()> terminate, std::function<void()> reload);
  ~Signals();

 private:
  struct Waiting;
  std::unique_ptr<Waiting> waiting_;
};

}  // namespace router::net
