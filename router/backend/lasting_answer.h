// An answer that may outlast its session, or its session's idle time: one that is awaited, a download, an event
// stream, a WebSocket.
//
// While it lives, a logout ends it (docs/contract/logout.md section 1), and what the user does keeps the session alive.
// On the exchange's loop; refers to the Call. Owner: whoever streams.
#pragma once

#include <functional>
#include <memory>

#include "backend/backend.h"
#include "session/live_connections.h"

namespace router::backend {

class LastingAnswer {
 public:
  // `end` runs when the session ends, or leaves the application of the destination `back_end` (empty: the router's own
  // files). Without a session there is nothing to watch.
  LastingAnswer(Call& call, std::function<void()> end, std::string back_end = {});

  // The same for a session that this answer has brought about.
  void session_opened();
  // Moves the session's idle deadline, at most once a minute; not on routes with touch: false.
  void user_is_active();
  // Runs `then` on the exchange's loop after `delay`, unless this answer has ended before.
  void after(base::milliseconds delay, std::function<void()> then);

 private:
  static base::Task<void> touch(session::Store& sessions, session::SessionId id);

  Call& call_;
  std::function<void()> end_;
  std::string back_end_;
  base::SteadyTime touched_;
  session::LiveConnections::Registration registration_;
  std::shared_ptr<bool> alive_;  // while something may run later
};

}  // namespace router::backend
