// Keys and certificates for tests: P-256, valid for an hour. Throws std::runtime_error if OpenSSL refuses.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace router::test {

inline void require_openssl(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

inline std::shared_ptr<EVP_PKEY> make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

// Unsigned yet, and without an issuer.
inline std::shared_ptr<X509> make_certificate(const std::string& name, EVP_PKEY* key) {
  static std::atomic<long> serial{1};
  std::shared_ptr<X509> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return made;
}

struct PemPair {
  std::string certificate;
  std::string key;
};

inline PemPair make_self_signed(const std::string& name) {
  const auto key = make_key();
  const auto certificate = make_certificate(name, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  require_openssl(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign");
  const auto text_of = [](const auto& write) {
    const std::shared_ptr<BIO> memory(BIO_new(BIO_s_mem()), BIO_free_all);
    require_openssl(write(memory.get()) == 1, "write PEM");
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(length));
  };
  return {text_of([&](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); }), text_of([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace router::test
