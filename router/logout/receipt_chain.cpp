#include "logout/receipt_chain.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace router::logout {
namespace {

constexpr std::chrono::hours kKeyKeptEvery{24};
constexpr std::size_t kChainNameBytes = 12;

void add_keys(const std::string& document, std::set<std::string>& known, nlohmann::ordered_json& keys) {
  const auto read = nlohmann::ordered_json::parse(document, nullptr, false);
  if (!read.is_object() || !read.contains("keys")) return;
  for (const auto& key : read["keys"]) {
    if (known.insert(key.value("kid", "")).second) keys.push_back(key);
  }
}

}  // namespace

std::string receipt_hash(std::string_view jws) { return crypto::base64url_encode(crypto::sha256(jws)); }

std::string unverified_payload(std::string_view jws) {
  const auto parts = base::split(jws, '.');
  return parts.size() == 3 ? crypto::base64url_decode(parts[1]).value_or("") : std::string();
}

base::Task<base::Result<std::optional<std::string>>> read_newest(ReceiptBook& book, std::string logout_id) {
  auto looking = book.find_sketch(logout_id);
  auto sketch = co_await looking;
  if (!sketch || *sketch) co_return sketch;
  auto finding = book.find(std::move(logout_id));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  co_return *found ? std::optional(unverified_payload((**found).jws)) : std::nullopt;
}

ReceiptChain::ReceiptChain(crypto::SigningKey key, ReceiptBook& book, const base::Clock& clock, ChainHead head)
    : key_(std::move(key)), book_(book), clock_(clock), head_(std::move(head)) {
  if (head_.chain.empty()) head_ = {crypto::random_token(kChainNameBytes), 0, {}};
}

void ReceiptChain::sign_on(base::Loop& signer, base::Loop& home) {
  signer_ = &signer;
  home_ = &home;
}

void ReceiptChain::sign_with(crypto::SigningKey key) {
  key_ = std::move(key);
  key_kept_.reset();
}

void ReceiptChain::keep_key() {
  const auto now = clock_.wall();
  if (key_kept_ && now < *key_kept_ + kKeyKeptEvery) return;
  key_kept_ = now;
  book_.keep_key(key_.kid(), key_.public_jwks());
}

void ReceiptChain::add(Receipt& receipt) {
  keep_key();
  if (!receipt.signed_as) receipt.signed_as = std::make_shared<std::uint64_t>(0);
  std::string text = "\"signedAt\":" + std::to_string(base::unix_seconds(clock_.wall()));
  text.append(",\"state\":").append(receipt.is_final() ? "\"final\"" : "\"open\"");
  text.append(",").append(to_json(receipt), 1);  // without its brace
  base::start_detached(sign_and_keep(*this, {key_, receipt.id, receipt.signed_as, std::move(text)}));
}

// co_await turn: on the signer's loop, in the order they came there.
struct ReceiptChain::Turn {
  ReceiptChain& chain;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    chain.turns_.push_back(waiter);
    if (chain.turns_.size() == 1) chain.signer_->post([&chain = chain] { chain.take_turn(); });
  }
  void await_resume() const noexcept {}
};

void ReceiptChain::take_turn() {
  const auto next = turns_.front();
  next.resume();
  turns_.pop_front();  // now: who came meanwhile is behind it
  if (!turns_.empty()) signer_->post([this] { take_turn(); });
}

base::Task<void> ReceiptChain::sign_and_keep(ReceiptChain& self, Unsigned given) {
  if (self.signer_ != nullptr) {
    co_await base::switch_to(*self.signer_);
    Turn turn{self};
    co_await turn;
  }
  auto entry = self.sign(given);
  auto head = self.head_;
  if (self.home_ != nullptr) co_await base::switch_to(*self.home_);
  if (entry) self.book_.append(*std::move(entry), std::move(head));
}

// Absent: the library refused; the chain goes on without it.
std::optional<SignedReceipt> ReceiptChain::sign(const Unsigned& given) {
  const auto number = head_.number + 1;
  std::string payload = "{\"chain\":" + base::json_quote(head_.chain);
  payload.append(",\"number\":").append(std::to_string(number));
  payload.append(",\"previous\":").append(base::json_quote(head_.previous));
  payload.append(",").append(given.text);
  auto jws = given.key.sign(payload, kReceiptType);
  if (!jws) {
    base::log_error("logout.receipt_not_signed", {{"logout_id", given.logout_id}, {"fault", describe(jws.error())}});
    return std::nullopt;
  }
  head_.number = number;
  head_.previous = receipt_hash(*jws);
  const auto earlier = std::exchange(*given.signed_as, number);
  return SignedReceipt{given.logout_id, head_.chain, number, earlier, *std::move(jws)};
}

base::Task<void> ReceiptChain::all_kept() {
  if (signer_ == nullptr) co_return;
  // behind all that waits there, and behind what comes home of it
  co_await base::switch_to(*signer_);
  Turn turn{*this};
  co_await turn;
  co_await base::switch_to(*home_);
}

base::Task<base::Result<std::string>> ReceiptChain::public_keys() const {
  std::string own = key_.public_jwks();
  auto looking = book_.keys();
  const auto kept = co_await looking;
  if (!kept) co_return kept.error();
  std::set<std::string> known;
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  add_keys(own, known, keys);
  for (const auto& document : *kept) add_keys(document, known, keys);
  co_return nlohmann::ordered_json{{"keys", std::move(keys)}}.dump();
}

}  // namespace router::logout
