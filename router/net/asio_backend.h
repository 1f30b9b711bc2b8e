// BackendConnection and BackendPool over Asio: one pool a loop. Included by net/ and app/ only.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/turn.h"
#include "net/backend_connection.h"
#include "net/input_buffer.h"
#include "net/names.h"
#include "net/parser.h"
#include "net/stream.h"
#include "net/tls.h"

namespace router::net {

class AsioBackendPool;
struct BackendBucket;
struct PoolWaiter;

class AsioBackendConnection final : public BackendConnection {
 public:
  AsioBackendConnection(AsioLoop& loop, const BackendOrigin& origin, const ParseLimits& limits);
  ~AsioBackendConnection() override;

  // Look-up, connecting, the proxy's CONNECT and the handshake, all of it by `ends_by`. Errors: refused, timeout,
  // overloaded (no file descriptor left), cancelled (close() meanwhile), invalid_config.
  base::Task<base::Result<void>> connect(ClientTls& tls, Names& names, base::SteadyTime ends_by);

  void set_timeout(base::milliseconds timeout) override {
    timeout_ = timeout;
    if (timeout > longest_stall_) stream_.prepare(longest_stall_ = timeout);
  }
  void set_ends_by(base::SteadyTime ends_by) override { ends_by_ = ends_by; }
  base::Task<base::Result<void>> send(std::string_view first, std::string_view second, std::string_view third) override;
  base::Task<base::Result<void>> read_head(bool to_head_request) override;
  const ResponseHead& head() const override { return response_; }
  base::Task<base::Result<BodyPiece>> read_body() override;
  bool body_finished() const override { return body_finished_; }
  bool has_buffered_body() const override { return next_piece_.has_value(); }
  const http::Headers& trailers() const override { return trailers_; }
  bool is_reused() const override { return requests_ > 0; }
  bool has_answered() const override { return answered_; }
  Switched switch_protocols() override {
    response_.headers.clear();
    response_.reason = {};
    return {stream_, input_.take()};
  }
  void close() override;

  Stream& stream() { return stream_; }
  std::string place() const { return origin_.place(); }
  bool is_strict() const { return origin_.is_strict; }
  // Ready for another request: the answer is complete, keep-alive, nothing left over.
  bool is_clean() const;
  bool is_quiet() { return stream_.is_open() && stream_.is_quiet(); }
  // Its answer has begun, and nobody has read on for a while: whom it is for takes it slowly.
  bool is_held_up(base::SteadyTime now) const;
  bool is_lasting() const { return lasting_; }
  void begin_lasting() { lasting_ = true; }
  void become_idle(base::SteadyTime now);
  base::SteadyTime idle_since() const { return idle_since_; }

  // The pool's: who has lent it out, if anybody has, of which origin's connections, and where in the list of those.
  AsioBackendPool* lender = nullptr;
  BackendBucket* bucket = nullptr;
  std::size_t lent_at = 0;

 private:
  base::Task<base::Result<void>> reach(ClientTls& tls, Names& names);
  base::Task<base::Result<void>> connect_to(Names& names, const std::string& host, std::uint16_t port);
  base::Task<base::Result<void>> open_tunnel();
  base::Task<base::Result<void>> shake_hands(ClientTls& tls);
  base::Task<base::Result<void>> send_rest(Stream::Write writing);
  base::Result<void> sent(const IoResult& written);
  base::Result<void> begin_read();
  base::Result<void> end_read(const IoResult& read);
  base::Task<base::Result<BodyPiece>> await_piece(base::SwitchTo turn);
  base::Result<BodyPiece> take_piece();
  bool ends_at_eof(const base::Error& fault);
  base::Error fault(const error_code& reason, std::string_view doing) const;
  base::Error connect_fault(const error_code& reason, std::string_view doing) const;
  void arm(Deadline& deadline, base::SteadyTime since);
  void request_moved();
  void stop(bool by_deadline);

  AsioLoop& loop_;
  BackendOrigin origin_;
  const ParseLimits& limits_;
  Stream stream_;
  InputBuffer input_;
  base::PieceTurns piece_turns_;
  Deadline read_deadline_;
  Deadline write_deadline_;
  base::milliseconds timeout_{0};
  base::milliseconds longest_stall_{90'000};
  base::SteadyTime ends_by_ = base::SteadyTime::max();  // bounds every wait
  std::function<void()> give_up_;                       // ends the look-up or the connecting under way

  std::optional<ResponseParser> parser_;
  std::optional<base::Result<BodyPiece>> next_piece_;  // where it can be had without waiting
  ResponseHead response_;
  http::Headers trailers_;

  base::SteadyTime request_moved_at_;  // the last of the request that was sent: from then on the head is due
  base::SteadyTime read_at_;
  bool awaits_head_ = false;
  bool reads_ = false;
  bool lasting_ = false;
  bool timed_out_ = false;
  bool closed_ = false;
  bool answered_ = false;
  bool doubted_ = false;  // framing came that is not to be trusted, in an interim response
  bool body_finished_ = true;
  bool clean_ = false;
  bool ended_cleanly_ = false;  // by FIN, or close_notify
  unsigned requests_ = 0;
  base::SteadyTime idle_since_;
};

// The connections of one origin, and who waits for one; in place while there are any of either. The pool's.
struct BackendBucket {
  std::vector<std::unique_ptr<AsioBackendConnection>> idle;  // last used last
  std::size_t open = 0;                                      // lent out, connecting or idle
  std::size_t lasting = 0;                                   // beside the open ones
  std::vector<AsioBackendConnection*> lent;                  // lasting ones, too
  std::deque<PoolWaiter*> waiting;
  std::vector<std::string> destinations;  // that led here; the last ones have no place
  base::SteadyTime used_at;               // asked for, or given back to
  base::SteadyTime looked_at;             // when held-up ones were looked for
};

class AsioBackendPool final : public BackendPool {
 public:
  AsioBackendPool(AsioLoop& loop, ClientTls& tls, const ParseLimits& limits, PoolLimits pool_limits);
  ~AsioBackendPool() override;

  base::Task<base::Result<std::unique_ptr<BackendConnection>>> acquire(const BackendOrigin& origin,
                                                                       ConnectionWish& wish) override;
  bool is_scarce(const BackendOrigin& origin) const override;
  base::Result<void> begin_lasting(BackendConnection& connection) override;
  void release(std::unique_ptr<BackendConnection> connection, bool reusable) override;
  // For one that was lent.
  void was_destroyed(AsioBackendConnection& connection);

  struct Places {
    std::size_t open = 0;
    std::size_t idle = 0;
    std::size_t waiting = 0;
    std::size_t lasting = 0;

    Places& operator+=(const Places& other);
  };
  struct Counts : Places {
    std::size_t origins = 0;
    // By what wishes called where they lead; those of one origin share its connections, and each has them all.
    std::map<std::string, Places, std::less<>> destinations;
  };
  Counts counts() const;

 private:
  friend PoolWaiter;
  using Bucket = BackendBucket;

  base::Task<base::Result<std::unique_ptr<BackendConnection>>> acquire_place(Bucket& bucket,
                                                                             const BackendOrigin& origin,
                                                                             ConnectionWish& wish);
  base::Task<bool> wait_for_room(Bucket& bucket, ConnectionWish& wish);
  std::unique_ptr<AsioBackendConnection> take_idle(Bucket& bucket);
  static void close_longest_idle(Bucket& bucket);
  std::unique_ptr<BackendConnection> lend(Bucket& bucket, std::unique_ptr<AsioBackendConnection> connection);
  Bucket& take_back(AsioBackendConnection& connection);
  bool make_lasting(Bucket& bucket, AsioBackendConnection& connection);
  void free_held_up(Bucket& bucket);
  void freed(Bucket& bucket);
  void sweep();

  AsioLoop& loop_;
  ClientTls& tls_;
  const ParseLimits& limits_;
  PoolLimits pool_limits_;
  base::SystemClock clock_;
  Names names_;
  std::unordered_map<std::string, Bucket> buckets_;
  Deadline sweep_deadline_;
};

}  // namespace router::net
