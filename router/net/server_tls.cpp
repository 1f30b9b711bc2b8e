#include "net/server_tls.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"
#include "crypto/key_pair.h"

namespace router::net {

namespace ssl = boost::asio::ssl;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

// Mozilla's "intermediate" list for TLS 1.2; TLS 1.3 suites are OpenSSL's own.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr unsigned char kSessionIdContext[] = "xs-router";

Result<std::unique_ptr<ssl::context>> make_context(const std::string& certificate, const std::string& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_id_context(native, kSessionIdContext, sizeof kSessionIdContext - 1);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections are many
  SSL_CTX_set_default_passwd_cb(native, crypto::no_passphrase);
  boost::system::error_code fault;
  if (context->use_certificate_chain_file(certificate, fault)) {
    return Error{ErrorCode::invalid_config, Side::router,
                 "TLS_CERT: cannot read " + certificate + ": " + fault.message()};
  }
  if (context->use_private_key_file(key, ssl::context::pem, fault)) {
    return Error{ErrorCode::invalid_config, Side::router, "TLS_KEY: cannot read " + key + ": " + fault.message()};
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return Error{ErrorCode::invalid_config, Side::router, "TLS_KEY: " + key + " is not the key of " + certificate};
  }
  return context;
}

base::WallTime end_of(ssl::context& context) {
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context.native_handle())), &end);
  return std::chrono::system_clock::from_time_t(::timegm(&end));
}

}  // namespace

Result<std::shared_ptr<ServerTls>> ServerTls::load(const std::string& certificates, const std::string& keys) {
  const auto certificate_files = base::split(certificates, ',');
  const auto key_files = base::split(keys, ',');
  if (certificate_files.size() != key_files.size()) {
    return Error{ErrorCode::invalid_config, Side::router, "TLS_CERT and TLS_KEY must name equally many files"};
  }
  auto loaded = std::make_shared<ServerTls>();
  for (std::size_t i = 0; i < certificate_files.size(); ++i) {
    auto context = make_context(std::string(base::trim(certificate_files[i])), std::string(base::trim(key_files[i])));
    if (!context) return context.error();
    loaded->ticket_keys_.install((*context)->native_handle());
    loaded->expires_ = std::min(loaded->expires_, end_of(**context));
    loaded->contexts_.push_back(std::move(*context));
  }
  if (loaded->contexts_.size() > 1) {
    SSL_CTX* const first = loaded->context().native_handle();
    SSL_CTX_set_tlsext_servername_callback(first, &ServerTls::choose_by_name);
    SSL_CTX_set_tlsext_servername_arg(first, loaded.get());
  }
  return loaded;
}

int ServerTls::choose_by_name(SSL* connection, int*, void* self) {
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (auto& context : static_cast<ServerTls*>(self)->contexts_) {
    X509* const certificate = SSL_CTX_get0_certificate(context->native_handle());
    if (X509_check_host(certificate, name, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(connection, context->native_handle());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace router::net
