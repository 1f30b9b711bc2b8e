// The outbox in Redis: what a replica was told to do and died over, another one does.
//
// Each call is a hash, sealed, in one of kShards slots by its logout; beside them stand sets: of all calls and of the
// buried ones by age, of each process's own, and of the processes by when they were last heard of. What happens to a
// call is one script on its slot, so that it is handed to one process however many ask. A process that has not been
// heard of for kSilentFor has died, and take_left_behind() takes what was its own. With Redis away, or after it has
// lost what it knew, nothing of this process is lost: what it has to do is written again on the next connection, and
// what it had done in the last minute is taken out again. Background loop only, but for is_writable(). Owner:
// app/parts; what it is given outlives it; stop() some turns before the loop ends. Source: docs/contract/durability.md
// "Redis".
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "crypto/sealed_box.h"
#include "logout/outbox.h"
#include "storage/redis_clients.h"
#include "storage/redis_time.h"

namespace router::logout {

struct RedisOutboxOptions {
  std::string prefix = "xs-router:";
  bool server_time = true;  // false: all times are those of the clock given, for tests
};

class RedisOutbox final : public Outbox {
 public:
  static constexpr unsigned kShards = 16;
  static constexpr base::milliseconds kSilentFor{60'000};
  static constexpr base::milliseconds kBeatEvery{5'000};
  static constexpr unsigned kLooksOfBeat = 10;  // whether Redis, which was away, is back
  // So long other processes may take to write again what Redis has lost.
  static constexpr base::milliseconds kAccountedAfter{10'000};

  RedisOutbox(storage::RedisClients& clients, const base::Clock& clock, const crypto::SealingSecrets& secrets,
              RedisOutboxOptions options);
  ~RedisOutbox() override { stop(); }

  // Says now and then that this process lives.
  void start();
  void stop() { *stopped_ = true; }

  base::Task<base::Result<void>> record(std::vector<CallPtr> calls) override;
  base::Task<base::Result<void>> postpone(std::string id, unsigned attempts, base::WallTime due) override;
  base::Task<base::Result<void>> settle(std::string id) override;
  base::Task<base::Result<void>> bury(std::string id, unsigned attempts, std::string reason) override;
  base::Task<base::Result<std::vector<Unfinished>>> retry(CallFilter which, std::size_t limit) override;
  base::Task<base::Result<std::vector<Unfinished>>> take_left_behind(std::size_t limit) override;
  base::Task<base::Result<std::vector<ListedCall>>> list(CallFilter filter, Page page) override;
  base::Task<base::Result<std::size_t>> buried() override;
  bool is_durable() const override { return true; }
  bool is_writable() const override { return is_writable_; }
  // Calls that Redis has lost, and no process had, as far as this one knows: buried ones, and those of processes that
  // were gone. Since the start.
  std::uint64_t lost_total() const { return lost_total_; }

 private:
  struct Own {
    Unfinished unfinished;
    std::int64_t order = 0;  // rising
  };
  struct Settled {
    std::string id;
    base::SteadyTime at;
  };
  struct Written {
    std::int64_t order = 0;
    ListedCall call;
  };

  static unsigned shard_of(std::string_view id);
  std::string base_of(std::string_view id) const;
  std::string base_of(unsigned shard) const;
  std::string seal(const CallRecord& call) const;
  std::optional<Unfinished> unseal(const storage::RedisReply& reply, const std::string& id) const;
  storage::RedisRun run_of(const std::string& id, std::vector<std::string> more) const;
  base::Task<base::Result<storage::RedisReply>> change(const storage::RedisScript& script, std::string id,
                                                       std::vector<std::string> more);
  base::Task<base::Result<void>> write(std::vector<std::string> ids);
  base::Task<base::Result<std::vector<Written>>> read(CallFilter filter);
  std::optional<KeptCall> kept(const storage::RedisReply& reply, const std::string& id) const;
  void own(const std::string& id, Unfinished unfinished, std::int64_t order);
  base::Error away(const base::Error& error);
  // Redis does what it is told, or is away.
  base::Result<void> heard(const std::vector<storage::RedisClient::Answer>& replies);
  void beat_later();
  static base::Task<void> beat(RedisOutbox& self);
  base::Task<base::Result<void>> say_alive();
  void note_others(const std::vector<storage::RedisClient::Answer>& replies);
  void account();
  base::Task<void> write_again();

  storage::RedisClients& clients_;
  const base::Clock& clock_;
  const crypto::SealedBox box_;
  const RedisOutboxOptions options_;
  const std::string self_;  // this process
  const storage::RedisTime time_;
  std::unordered_map<std::string, Own> mine_;  // to be done by this process, by id
  std::vector<std::string> unwritten_;         // of those: Redis does not know them yet
  std::deque<Settled> settled_;                // in the last minute
  std::int64_t last_order_ = 0;
  std::uint64_t seen_epoch_ = 0;
  unsigned looks_ = 0;
  std::array<std::optional<std::int64_t>, kShards> others_;  // calls that are not in mine_; absent: not heard of yet
  std::array<std::int64_t, kShards> forgotten_{};            // of those, what a slot has lost
  std::optional<base::SteadyTime> forgot_at_;
  std::uint64_t lost_total_ = 0;
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(true);
  std::atomic<bool> is_writable_ = true;
};

}  // namespace router::logout
