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
  const auto number = head_.number + 1;
  std::string payload = "{\"chain\":" + base::json_quote(head_.chain);
  payload.append(",\"number\":").append(std::to_string(number));
  payload.append(",\"previous\":").append(base::json_quote(head_.previous));
  payload.append(",\"signedAt\":").append(std::to_string(base::unix_seconds(clock_.wall())));
  payload.append(",\"state\":").append(receipt.is_final() ? "\"final\"" : "\"open\"");
  payload.append(",").append(to_json(receipt), 1);  // without its brace
  auto jws = key_.sign(payload, kReceiptType);
  if (!jws) {
    base::log_error("logout.receipt_not_signed", {{"logout_id", receipt.id}, {"fault", describe(jws.error())}});
    return;
  }
  head_.number = number;
  head_.previous = receipt_hash(*jws);
  SignedReceipt entry{receipt.id, head_.chain, number, receipt.signed_as, *std::move(jws)};
  receipt.signed_as = number;
  book_.append(std::move(entry), head_);
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
