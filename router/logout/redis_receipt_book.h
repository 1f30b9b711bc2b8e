// The book in Redis: what any replica has signed is found by all, and what is still open, as it was a moment ago.
//
// A hash a logout, sealed, in one of kShards slots; beside them a sorted set of each slot's in the order they came in,
// and the keys. Nothing of it outlives `kept`. What Redis has not taken yet is kept here, in its order, and written as
// soon as it can be; it is found here meanwhile. Its public keys it is told again after every new connection, for it may
// have lost them. Background loop only. Owner: app/evidence; `clients` outlives it;
// stop() some turns before the loop ends. Source: docs/contract/durability.md "Receipts are evidence", "Redis".
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/secret.h"
#include "crypto/sealed_box.h"
#include "logout/receipt_book.h"
#include "storage/redis_clients.h"

namespace router::logout {

struct RedisReceiptOptions {
  std::string prefix = "xs-router:";
  std::chrono::hours kept{30 * 24};
};

class RedisReceiptBook final : public ReceiptBook {
 public:
  static constexpr unsigned kShards = 16;
  static constexpr base::milliseconds kTriedAgainAfter{500};

  RedisReceiptBook(storage::RedisClients& clients, const crypto::SealingSecrets& secrets, RedisReceiptOptions options)
      : clients_(clients), box_(secrets, "receipts.redis"), options_(std::move(options)) {}
  ~RedisReceiptBook() override { stop(); }

  // The private key that all replicas sign with, as PEM; where there is none, `made` is kept.
  base::Task<base::Result<base::Secret>> signing_key(base::Secret made);

  void append(SignedReceipt receipt, ChainHead head) override;
  void sketch(std::string logout_id, std::string receipt) override;
  void keep_key(std::string kid, std::string jwks) override;
  base::Task<base::Result<std::optional<SignedReceipt>>> find(std::string logout_id) override;
  base::Task<base::Result<std::optional<std::string>>> find_sketch(std::string logout_id) override;
  base::Task<base::Result<ReceiptPage>> page(std::optional<std::uint64_t> before, std::size_t limit) override;
  base::Task<base::Result<std::vector<std::string>>> keys() override;

  // Returns when all that was appended is in Redis, at the latest after `at_most`, and logs what is not.
  base::Task<void> flush(base::milliseconds at_most);
  void stop() { *stopped_ = true; }

 private:
  struct PublicKey {
    std::string jwks;
    bool is_kept = false;  // Redis has said so, on the connection of now
  };
  struct Placed {
    std::uint64_t place = 0;  // in the book, rising
    std::string logout_id;
    std::string name;  // among those of the logout
  };

  static unsigned shard_of(std::string_view logout_id);
  std::string base_of(unsigned shard) const;
  std::string key_of(std::string_view logout_id, std::string_view what) const;
  std::string keys_key() const { return options_.prefix + "{receipts:keys}"; }
  storage::RedisRun run_of(const SignedReceipt& receipt) const;
  std::optional<SignedReceipt> unseal(const std::string& sealed, const std::string& logout_id) const;
  base::Task<base::Result<std::vector<Placed>>> places(std::string before, std::size_t limit);
  // The newest that was signed here and is not in Redis yet; nullptr: none.
  const SignedReceipt* unwritten(std::string_view logout_id) const;
  void write_soon();
  base::Task<void> wait_until_written(base::milliseconds at_most);
  void look_after_keys();
  static base::Task<void> tell_keys(RedisReceiptBook& self);
  static base::Task<void> write(RedisReceiptBook& self);
  static base::Task<void> tell(RedisReceiptBook& self, storage::RedisRun run, const storage::RedisScript& script);

  storage::RedisClients& clients_;
  const crypto::SealedBox box_;
  const RedisReceiptOptions options_;
  std::deque<SignedReceipt> unwritten_;  // oldest first
  std::size_t unwritten_bytes_ = 0;
  std::map<std::string, PublicKey> keys_;  // by kid
  std::uint64_t seen_epoch_ = 0;
  bool looks_after_keys_ = false;
  bool writes_ = false;
  bool is_away_ = false;
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
};

}  // namespace router::logout
