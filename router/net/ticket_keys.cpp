#include "net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

namespace router::net {

namespace {

// Of the callback below (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
constexpr int kFailed = -1;
constexpr int kUnknown = 0;
constexpr int kGood = 1;
constexpr int kGoodAndRenew = 2;

int place_in_context() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

std::string_view text_of(const std::array<unsigned char, 16>& name) {
  return {reinterpret_cast<const char*>(name.data()), name.size()};
}

bool begin_mac(EVP_MAC_CTX* mac, TicketKeys::Key& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal_ticket(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  auto key = keys.current();
  if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return kFailed;
  std::copy(key->name.begin(), key->name.end(), name);
  if (EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) != 1) return kFailed;
  return begin_mac(mac, *key) ? kGood : kFailed;
}

int open_ticket(TicketKeys& keys, const unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  auto found = keys.find({reinterpret_cast<const char*>(name), std::tuple_size_v<decltype(TicketKeys::Key::name)>});
  if (!found) return kUnknown;
  if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found->key.cipher.data(), iv) != 1) return kFailed;
  if (!begin_mac(mac, found->key)) return kFailed;
  return found->is_current ? kGood : kGoodAndRenew;
}

int seal_or_open(SSL* connection, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                 int sealing) {
  auto* const keys = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), place_in_context()));
  if (keys == nullptr) return kFailed;
  return sealing == 1 ? seal_ticket(*keys, name, iv, cipher, mac) : open_ticket(*keys, name, iv, cipher, mac);
}

std::optional<TicketKeys::Key> make_key(base::SteadyTime now) {
  TicketKeys::Key key;
  key.made = now;
  const bool made = RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1 &&
                    RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1 &&
                    RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1;
  return made ? std::optional(key) : std::nullopt;
}

}  // namespace

TicketKeys::TicketKeys(const base::Clock& clock) : clock_(clock) {}

// False: there is no key now.
bool TicketKeys::rotate() {
  const auto now = clock_.steady();
  const auto age = [now](const Key& key) { return now - key.made; };
  if (previous_ && age(*previous_) >= 2 * kRotateEvery) previous_.reset();
  if (current_ && age(*current_) < kRotateEvery) return true;
  if (current_ && age(*current_) < 2 * kRotateEvery) previous_ = current_;
  current_ = make_key(now);
  return current_.has_value();
}

std::optional<TicketKeys::Key> TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  return rotate() ? current_ : std::nullopt;
}

std::optional<TicketKeys::Found> TicketKeys::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  rotate();
  if (current_ && text_of(current_->name) == name) return Found{*current_, true};
  if (previous_ && text_of(previous_->name) == name) return Found{*previous_, false};
  return std::nullopt;
}

void TicketKeys::install(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, place_in_context(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &seal_or_open);
}

}  // namespace router::net
