#include "app/evidence.h"

#include "base/log.h"
#include "logout/memory_receipt_book.h"
#include "logout/redis_receipt_book.h"
#include "logout/sqlite_receipt_book.h"

namespace router::app {
namespace {

using base::Result;
using logout::ChainHead;

constexpr base::milliseconds kLookEvery{1'000};
constexpr base::milliseconds kLastWrites{1'000};
// Thousands that are overdue together hold up no logout.
constexpr std::size_t kSignedInARow = 10;

template <class Value>
base::Task<void> tell(base::Task<Result<Value>> asked, std::optional<Result<Value>>* answer) {
  answer->emplace(co_await asked);
}

// On a thread without a loop, where the state's file answers on the spot.
template <class Value>
Result<Value> now(base::Task<Result<Value>> asked) {
  std::optional<Result<Value>> answer;
  base::start_detached(tell(std::move(asked), &answer));
  if (answer) return *std::move(answer);
  return base::Error{base::ErrorCode::internal, base::Side::store, "no answer"};
}

void note_fault(std::string_view what, const base::Error& fault) {
  base::log_error("logout.receipts", {{"fault", describe(fault)}, {"consequence", what}});
}

base::Secret generated_key() { return crypto::SigningKey::generate_p256().to_pem(); }

base::Secret key_of(logout::SqliteReceiptBook* book, const config::Environment& environment) {
  if (!environment.receipt_key.empty()) return environment.receipt_key;
  if (book == nullptr) return generated_key();
  auto kept = now(book->signing_key(generated_key));
  if (kept) return *std::move(kept);
  note_fault("receipts of this process are signed with a key of its own", kept.error());
  return generated_key();
}

ChainHead head_of(logout::SqliteReceiptBook* book) {
  if (book == nullptr) return {};
  auto head = now(book->open());
  if (head) return *std::move(head);
  note_fault("a new chain begins", head.error());
  return {};
}

}  // namespace

Evidence::Evidence(State& state, const config::Environment& environment, logout::Receipts& receipts)
    : receipts_(receipts) {
  logout::SqliteReceiptBook* in_file = nullptr;
  if (state.records) {
    auto made = std::make_unique<logout::SqliteReceiptBook>(state.records, state.clock, environment.receipts_kept);
    in_file = made.get();
    book = std::move(made);
  } else if (state.outbox_clients != nullptr) {
    logout::RedisReceiptOptions options;
    options.kept = environment.receipts_kept;
    const crypto::SealingSecrets secrets{environment.session_secret, environment.previous_session_secret};
    auto made = std::make_unique<logout::RedisReceiptBook>(*state.outbox_clients, secrets, options);
    in_redis_ = made.get();
    wants_key_ = environment.receipt_key.empty();
    book = std::move(made);
  } else {
    logout::MemoryReceiptBook::Bounds bounds;
    bounds.age = environment.receipts_kept;
    book = std::make_unique<logout::MemoryReceiptBook>(state.clock, bounds);
  }
  auto head = head_of(in_file);
  // what the configuration gives has been checked there
  auto key = crypto::SigningKey::from_pem(key_of(in_file, environment));
  if (!key) note_fault("receipts of this process are signed with a key of its own", key.error());
  chain = std::make_unique<logout::ReceiptChain>(key ? *std::move(key) : crypto::SigningKey::generate_p256(), *book,
                                                 state.clock, std::move(head));
  receipts_.on_evidence([this](logout::Receipt& receipt) { chain->add(receipt); });
}

void Evidence::start(base::Loop& background, base::Loop& signer) {
  chain->sign_on(signer, background);
  look(background);
}

base::Task<void> Evidence::find_key(Evidence& self) {
  auto asking = self.in_redis_->signing_key(generated_key());
  const auto found = co_await asking;
  // Redis is away, which others say, or full: asked again with the next look
  self.wants_key_ = !found && found.error().code != base::ErrorCode::internal;
  if (self.wants_key_) co_return;
  auto key = found ? crypto::SigningKey::from_pem(*found) : base::Result<crypto::SigningKey>(found.error());
  if (key) co_return self.chain->sign_with(*std::move(key));
  note_fault("receipts of this process are signed with a key of its own", key.error());
}

base::Task<void> Evidence::finish() {
  receipts_.hand_over_open(base::milliseconds::zero());
  auto keeping = chain->all_kept();
  co_await keeping;
  if (in_redis_ == nullptr) co_return;
  auto flushing = in_redis_->flush(kLastWrites);
  co_await flushing;
  in_redis_->stop();
}

void Evidence::sign_overdue(base::Loop& background) {
  const bool is_more = receipts_.hand_over_open(logout::Receipts::kOverdue, kSignedInARow);
  if (is_more) background.post([this, &background] { sign_overdue(background); });
}

void Evidence::look(base::Loop& background) {
  if (std::exchange(wants_key_, false)) base::start_detached(find_key(*this));
  sign_overdue(background);
  const auto changed = receipts_.take_changed();
  if (in_redis_ != nullptr) {
    for (const auto& receipt : changed) in_redis_->sketch(receipt->id, to_json(*receipt));
  }
  background.after(kLookEvery, [this, &background] { look(background); });
}

}  // namespace router::app
