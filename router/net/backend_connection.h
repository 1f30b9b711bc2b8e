// A connection to a back-end, lent out for one request at a time. No Asio in here: used by backend/forwarder.
//
// All calls on the loop it belongs to. One send and one read may be under way at the same time (a request body goes
// out while the answer comes in). Waits are bounded by set_timeout() and set_ends_by(); a fault makes the connection
// unusable.
// Errors: closed, timeout, protocol (framing of the answer, docs/contract/http.md "Forwarding").
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "net/backend_origin.h"
#include "net/exchange.h"
#include "net/response_head.h"

namespace router::net {

// A peer that sends nothing but interim responses is not answering.
inline constexpr int kMostInterimHeads = 16;

class Stream;

// What a connection is once it has switched protocols: bytes both ways.
struct Switched {
  Stream& stream;          // of the connection, and as long as that (net/stream.h)
  std::string came_early;  // what was read behind the head
};

class BackendConnection {
 public:
  virtual ~BackendConnection() = default;

  // How long the back-end may stand still (body bytes, room to send), and how long it has for the whole head of its
  // final answer from the moment the last of the request was sent; zero = no limit. While a request body flows it is
  // not standing still.
  virtual void set_timeout(base::milliseconds timeout) = 0;
  // When everything has to be over, whatever moves; SteadyTime::max() = no limit.
  virtual void set_ends_by(base::SteadyTime ends_by) = 0;

  virtual base::Task<base::Result<void>> send(std::string_view first, std::string_view second = {},
                                              std::string_view third = {}) = 0;
  // The next head: interim (1xx) ones are heads of their own; call again for the next.
  virtual base::Task<base::Result<void>> read_head(bool to_head_request) = 0;
  virtual const ResponseHead& head() const = 0;
  // As Exchange::read_body(), turns included.
  virtual base::Task<base::Result<BodyPiece>> read_body() = 0;
  virtual bool body_finished() const = 0;
  // Body bytes that can be read without waiting.
  virtual bool has_buffered_body() const = 0;
  virtual const http::Headers& trailers() const = 0;

  // It has served another request before this one.
  virtual bool is_reused() const = 0;
  // Whether the back-end has sent a byte since the request began.
  virtual bool has_answered() const = 0;
  // Of an operation that failed: the back-end had closed the kept-alive connection, and never saw the request.
  bool was_stale(const base::Error& fault) const {
    return fault.code == base::ErrorCode::closed && is_reused() && !has_answered();
  }

  // After a head with 101, for Exchange::tunnel(): there are no more messages, and the head's fields are gone.
  virtual Switched switch_protocols() = 0;

  // Ends every operation under way; nothing more can be done with the connection. Safe from the loop at any time.
  virtual void close() = 0;
};

struct PoolLimits {
  std::size_t connections = 1024;  // per origin, of this loop
  std::size_t lasting = 10'000;    // that serve WebSockets, event streams and slow readers, beside those
  std::size_t waiting = 1024;      // requests that wait for a connection, per origin
  base::milliseconds max_wait{5'000};
  base::milliseconds connect_timeout{10'000};
  base::milliseconds max_idle{30'000};
  bool reuse = true;                      // DISABLE_CONNECTION_REUSE
  std::vector<std::string> name_servers;  // address or address:port; empty: the system's
};

// Someone's wish for a connection, which may be withdrawn while it waits. Outlives the acquire() it is given to; on
// the pool's loop.
class ConnectionWish {
 public:
  // `fresh`: a new connection, not a kept-alive one. `timeout`: for look-up, connecting, the proxy's CONNECT and the
  // handshake together; zero = the pool's. `ends_by`: for all of that, and the wait for a place.
  ConnectionWish(bool fresh, base::milliseconds timeout, base::SteadyTime ends_by = base::SteadyTime::max())
      : fresh_(fresh), timeout_(timeout), ends_by_(ends_by) {}
  ConnectionWish(const ConnectionWish&) = delete;
  ConnectionWish& operator=(const ConnectionWish&) = delete;

  // What the configuration calls where the connection leads, for who looks at the pool; outlives the wish. Empty: nothing.
  void lead_to(std::string_view destination) { destination_ = destination; }

  bool fresh() const { return fresh_; }
  std::string_view destination() const { return destination_; }
  base::milliseconds timeout() const { return timeout_; }
  base::SteadyTime ends_by() const { return ends_by_; }

  // acquire() ends soon, but never inside this call.
  void withdraw() {
    withdrawn_ = true;
    if (const auto stop = std::exchange(stop_waiting_, nullptr)) stop();
  }
  bool is_withdrawn() const { return withdrawn_; }
  // For the pool: how its wait of now is ended, nullptr for none.
  void set_stop(std::function<void()> stop_waiting) { stop_waiting_ = std::move(stop_waiting); }

 private:
  bool fresh_;
  base::milliseconds timeout_;
  base::SteadyTime ends_by_;
  std::string_view destination_;
  bool withdrawn_ = false;
  std::function<void()> stop_waiting_;
};

class BackendPool {
 public:
  virtual ~BackendPool() = default;

  // Where all places are taken, those whose answer waits for a slow reader are lasting ones from then on.
  // Errors: refused, timeout (connecting), overloaded (waited too long or the queue is full), cancelled (withdrawn).
  virtual base::Task<base::Result<std::unique_ptr<BackendConnection>>> acquire(const BackendOrigin& origin,
                                                                               ConnectionWish& wish) = 0;
  // Whether most of the connections that may be had to there are in use: who need not have one yet should wait.
  virtual bool is_scarce(const BackendOrigin& origin) const = 0;
  // The connection serves a stream from now on (after 101, an event stream): it gives its place to the next request,
  // and counts among the lasting ones; it is never kept. Errors: overloaded (there are as many as there may be).
  virtual base::Result<void> begin_lasting(BackendConnection& connection) = 0;
  // Gives it back. It is kept only if `reusable` and its last answer ended cleanly with keep-alive. One that is destroyed
  // instead frees its place just as well.
  virtual void release(std::unique_ptr<BackendConnection> connection, bool reusable) = 0;
};

}  // namespace router::net
