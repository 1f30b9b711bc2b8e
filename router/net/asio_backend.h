// BackendConnection and BackendPool over Asio: one pool a loop. Included by net/*.cpp and app/wiring only.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/backend_connection.h"
#include "net/input_buffer.h"
#include "net/parser.h"
#include "net/stream.h"
#include "net/tls.h"

namespace router::net {

struct LookUp;  // of a name's addresses

class AsioBackendConnection final : public BackendConnection {
 public:
  AsioBackendConnection(AsioLoop& loop, const BackendOrigin& origin, const ParseLimits& limits);

  base::Task<base::Result<void>> connect(ClientTls& tls, base::milliseconds timeout);

  void set_timeout(base::milliseconds timeout) override {
    timeout_ = timeout;
    if (timeout > longest_stall_) stream_.prepare(longest_stall_ = timeout);
  }
  base::Task<base::Result<void>> send(std::string_view first, std::string_view second,
                                      std::string_view third) override;
  base::Task<base::Result<void>> read_head(bool to_head_request) override;
  const ResponseHead& head() const override { return response_; }
  base::Task<base::Result<BodyPiece>> read_body() override;
  bool body_finished() const override { return body_finished_; }
  bool has_buffered_body() const override { return next_piece_.has_value(); }
  const http::Headers& trailers() const override { return trailers_; }
  bool is_reused() const override { return requests_ > 0; }
  bool has_answered() const override { return answered_; }
  void close() override;

  Stream& stream() { return stream_; }
  // Bytes read behind the head; they are the caller's now.
  std::string take_buffered() { return input_.take(); }
  const std::string& key() const { return key_; }
  // Ready for another request: the answer is complete, keep-alive, nothing left over.
  bool is_clean() const;
  bool is_quiet() { return stream_.is_open() && stream_.is_quiet(); }
  void become_idle(base::SteadyTime now);
  base::SteadyTime idle_since() const { return idle_since_; }

 private:
  base::Task<base::Result<void>> connect_to(const std::string& host, std::uint16_t port);
  base::Task<base::Result<std::vector<asio::ip::tcp::endpoint>>> look_up(const std::string& host, std::uint16_t port);
  base::Task<base::Result<void>> open_tunnel(const BackendOrigin& origin);
  base::Task<base::Result<void>> read_into(std::span<char> room);
  bool ends_at_eof(const base::Error& fault);
  base::Error fault(const error_code& reason, std::string_view doing) const;
  void arm(Deadline& deadline);

  AsioLoop& loop_;
  BackendOrigin origin_;
  std::string key_;
  const ParseLimits& limits_;
  Stream stream_;
  InputBuffer input_;
  Deadline read_deadline_;
  Deadline write_deadline_;
  base::milliseconds timeout_{0};
  base::milliseconds longest_stall_{90'000};
  std::shared_ptr<LookUp> look_up_;  // while one is under way

  std::optional<ResponseParser> parser_;
  std::optional<base::Result<BodyPiece>> next_piece_;  // where it can be had without waiting
  ResponseHead response_;
  http::Headers trailers_;

  bool timed_out_ = false;
  bool closed_ = false;
  bool answered_ = false;
  bool body_finished_ = true;
  bool clean_ = false;
  bool ended_cleanly_ = false;  // by FIN, or close_notify
  unsigned requests_ = 0;
  base::SteadyTime idle_since_;
};

class AsioBackendPool final : public BackendPool {
 public:
  AsioBackendPool(AsioLoop& loop, ClientTls& tls, const ParseLimits& limits, PoolLimits pool_limits);
  ~AsioBackendPool() override;

  base::Task<base::Result<std::unique_ptr<BackendConnection>>> acquire(const BackendOrigin& origin,
                                                                       ConnectionWish& wish) override;
  bool is_scarce(const BackendOrigin& origin) const override;
  void release(std::unique_ptr<BackendConnection> connection, bool reusable) override;

  struct Counts {
    std::size_t open = 0;
    std::size_t idle = 0;
    std::size_t waiting = 0;
  };
  Counts counts() const;

 private:
  struct Waiter;
  struct Bucket {
    std::vector<std::unique_ptr<AsioBackendConnection>> idle;  // last used last
    std::size_t open = 0;                                      // lent out, connecting or idle
    std::deque<Waiter*> waiting;
  };

  base::Task<bool> wait_for_room(Bucket& bucket, ConnectionWish& wish);
  std::unique_ptr<AsioBackendConnection> take_idle(Bucket& bucket);
  void freed(Bucket& bucket);
  void sweep();

  AsioLoop& loop_;
  ClientTls& tls_;
  const ParseLimits& limits_;
  PoolLimits pool_limits_;
  std::unordered_map<std::string, Bucket> buckets_;
  Deadline sweep_deadline_;
};

}  // namespace router::net
