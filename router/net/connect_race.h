// Connects to the first of several addresses that answers (RFC 8305 section 5): the next one is tried as soon as the
// one before has failed, or has not answered for a moment, while that goes on.
//
//   ConnectRace race(loop, endpoints);
//   co_await race.decided();
//   race.fault(), race.take_winner()
//
// Owner: the coroutine that connects, on the loop. Included by net/*.cpp only.
#pragma once

#include <boost/asio/error.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "base/wake.h"
#include "net/deadline.h"
#include "net/stream.h"

namespace router::net {

class ConnectRace {
 public:
  // RFC 8305 section 8: the recommended Connection Attempt Delay.
  static constexpr base::milliseconds kAttemptDelay{250};

  ConnectRace(AsioLoop& loop, std::vector<asio::ip::tcp::endpoint> endpoints);
  ~ConnectRace();
  ConnectRace(const ConnectRace&) = delete;
  ConnectRace& operator=(const ConnectRace&) = delete;

  base::Wake::Awaiter decided() { return wake_.wait(); }
  // The wait ends soon, with operation_aborted.
  void give_up();

  // Of the last address that failed, where none won.
  error_code fault() const { return fault_; }
  Socket take_winner() { return std::move(*winner_); }

 private:
  struct Attempt;
  void start_next();
  void ended(Attempt& attempt, const error_code& fault);
  void decide(const error_code& fault);

  AsioLoop& loop_;
  std::vector<asio::ip::tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  std::vector<std::shared_ptr<Attempt>> attempts_;
  std::optional<Socket> winner_;
  error_code fault_ = asio::error::host_not_found;
  Deadline attempt_delay_;
  base::Wake wake_;
};

}  // namespace router::net
