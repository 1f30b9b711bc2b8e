// Notices that a client has gone while its request is being answered and nobody reads from it.
//
// A quick answer costs no system call: looking begins after a moment. Owner: the connection, on its loop;
// finish() has to be awaited before the stream is used for reading again. Included by net/*.cpp only.
#pragma once

#include <functional>
#include <memory>

#include "base/event.h"
#include "base/task.h"
#include "net/deadline.h"
#include "net/stream.h"

namespace router::net {

class ClientWatch {
 public:
  // `may_look`: nothing else reads or is about to, and no bytes hide the end. `gone` runs once.
  ClientWatch(AsioLoop& loop, Stream& stream, std::function<bool()> may_look, std::function<void()> gone);

  void begin();
  // Looks no more. Where it was looking, finish() waits until nothing is under way.
  void end() { due_.disarm(); }
  bool is_looking() const { return ended_ != nullptr; }
  base::Task<void> finish();

 private:
  void look();
  base::Task<void> wait_for_end();

  Stream& stream_;
  std::function<bool()> may_look_;
  std::function<void()> gone_;
  Deadline due_;
  std::unique_ptr<base::Event> ended_;  // while wait_for_end() runs
};

}  // namespace router::net
