#include "crypto/sealed_box.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "crypto/bytes.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace router::crypto {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
// Values are cookies and outbox records: anything larger is junk, and OpenSSL counts lengths in int.
constexpr std::size_t kMaxSealedChars = 16 * 1024 * 1024;

// Fetched once: OpenSSL looks for the method under a lock each time else.
const EVP_CIPHER* gcm() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return fetched;
}

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

base::Secret derive_key(std::string_view secret, std::string_view purpose) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf.get()), EVP_KDF_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<char*>(secret.data()), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(purpose.data()), purpose.size()),
      OSSL_PARAM_construct_end()};
  std::string key(kKeyBytes, '\0');
  if (!context || EVP_KDF_derive(context.get(), as_bytes(key), key.size(), parameters) != 1) std::abort();
  return base::Secret(std::move(key));
}

std::optional<std::string> open_with(const base::Secret& key, std::string_view sealed, std::string_view bound_to) {
  if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > kMaxSealedChars) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view cipher_text = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));

  std::string plain(cipher_text.size(), '\0');
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  const bool opened =
      context && EVP_DecryptInit_ex(context.get(), gcm(), nullptr, as_bytes(key.reveal()), as_bytes(nonce)) &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, as_bytes(bound_to), static_cast<int>(bound_to.size())) &&
      EVP_DecryptUpdate(context.get(), as_bytes(plain), &length, as_bytes(cipher_text),
                        static_cast<int>(cipher_text.size())) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) &&
      EVP_DecryptFinal_ex(context.get(), nullptr, &length);
  if (!opened) {
    // A leftover in this thread's queue would be taken for a fault of the next TLS operation.
    ERR_clear_error();
    return std::nullopt;
  }
  return plain;
}

}  // namespace

SealingSecrets SealingSecrets::or_random() const {
  return current.empty() ? SealingSecrets(base::Secret(random_bytes(kKeyBytes))) : *this;
}

SealedBox::SealedBox(const SealingSecrets& secrets, std::string_view purpose) {
  const std::string full_purpose = std::string("xs-router/").append(purpose);
  key_ = derive_key(secrets.current.reveal(), full_purpose);
  if (!secrets.previous.empty()) previous_key_ = derive_key(secrets.previous.reveal(), full_purpose);
}

std::string SealedBox::seal_bytes(std::string_view plain, std::string_view bound_to) const {
  const std::string nonce = random_bytes(kNonceBytes);
  std::string cipher_text(plain.size(), '\0');
  std::string tag(kTagBytes, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  const bool done =
      context && EVP_EncryptInit_ex(context.get(), gcm(), nullptr, as_bytes(key_.reveal()), as_bytes(nonce)) &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, as_bytes(bound_to), static_cast<int>(bound_to.size())) &&
      EVP_EncryptUpdate(context.get(), as_bytes(cipher_text), &length, as_bytes(plain),
                        static_cast<int>(plain.size())) &&
      EVP_EncryptFinal_ex(context.get(), nullptr, &length) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data());
  if (!done) std::abort();  // only out of memory can do this
  return nonce + cipher_text + tag;
}

std::optional<std::string> SealedBox::open_bytes(std::string_view sealed, std::string_view bound_to) const {
  auto plain = open_with(key_, sealed, bound_to);
  if (!plain && !previous_key_.empty()) plain = open_with(previous_key_, sealed, bound_to);
  return plain;
}

std::string SealedBox::seal(std::string_view plain, std::string_view bound_to) const {
  return base64url_encode(seal_bytes(plain, bound_to));
}

std::optional<std::string> SealedBox::open(std::string_view sealed, std::string_view bound_to) const {
  if (sealed.size() > kMaxSealedChars) return std::nullopt;
  const auto bytes = base64url_decode(sealed);
  return bytes ? open_bytes(*bytes, bound_to) : std::nullopt;
}

}  // namespace router::crypto
