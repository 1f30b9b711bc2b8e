#include "crypto/key_pair.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace router::crypto {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio open(std::string_view pem) { return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free}; }

// The first one; null if any of them is bad.
Certificate read_certificates(std::string_view pem) {
  const Bio source = open(pem);
  Certificate first(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), X509_free);
  if (!first) return first;
  while (const Certificate next{PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), X509_free}) {
  }
  // the end of the text is the one good reason to stop
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) first.reset();
  return first;
}

Key read_key(const base::Secret& pem) {
  const Bio source = open(pem.reveal());
  return {PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
}

}  // namespace

int no_passphrase(char*, int, int, void*) { return -1; }

std::optional<KeyPairFault> find_key_pair_fault(std::string_view certificates, const base::Secret& key) {
  ERR_clear_error();
  const Certificate certificate = read_certificates(certificates);
  const Key private_key = read_key(key);
  const bool match = certificate && private_key && X509_check_private_key(certificate.get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!certificate) return KeyPairFault::certificate;
  // of PKCS #8 (RFC 7468 section 11) or in the header of RFC 1421 section 4.6.1.1
  const bool is_encrypted = key.reveal().find("ENCRYPTED") != std::string_view::npos;
  if (!private_key) return is_encrypted ? KeyPairFault::encrypted : KeyPairFault::key;
  return match ? std::nullopt : std::optional(KeyPairFault::mismatch);
}

}  // namespace router::crypto
