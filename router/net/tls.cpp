#include "net/tls.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>

#include "crypto/key_pair.h"

namespace router::net {

namespace ssl = boost::asio::ssl;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {
constexpr base::minutes kKeepContext{10};
}

ClientTls::ClientTls(std::vector<std::string> ca_files, bool reject_unauthorized)
    : ca_files_(std::move(ca_files)), reject_unauthorized_(reject_unauthorized) {}

void ClientTls::drop_unused(base::SteadyTime now) {
  std::erase_if(contexts_, [now](const Known& known) { return now - known.used_at > kKeepContext; });
}

Result<ssl::context*> ClientTls::context(const TlsClientOptions& options, base::SteadyTime now) {
  for (auto& known : contexts_) {
    if (!(known.options == options)) continue;
    known.used_at = now;
    return known.context.get();
  }
  auto refuse = [](std::string what, const boost::system::error_code& fault) {
    return Error{ErrorCode::invalid_config, Side::router, what + ": " + fault.message()};
  };
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(context->native_handle(), crypto::no_passphrase);
  boost::system::error_code fault;
  context->set_default_verify_paths(fault);
  for (const auto& file : ca_files_) {
    if (context->load_verify_file(file, fault)) return refuse("cannot read CA certificates " + file, fault);
  }
  if (!options.trusted.empty() && context->add_certificate_authority(boost::asio::buffer(options.trusted), fault)) {
    return refuse("cannot use the certificates of authorities", fault);
  }
  context->set_verify_mode(options.verify && reject_unauthorized_ ? ssl::verify_peer : ssl::verify_none, fault);
  if (!options.client_certificate.empty()) {
    const auto& certificate = options.client_certificate;
    if (context->use_certificate_chain(boost::asio::buffer(certificate), fault)) {
      return refuse("cannot use the client certificate", fault);
    }
    const auto key = options.client_key.reveal();
    if (context->use_private_key(boost::asio::buffer(key.data(), key.size()), ssl::context::pem, fault)) {
      return refuse("cannot use the client key", fault);
    }
  }
  contexts_.push_back({options, std::move(context), now});
  return contexts_.back().context.get();
}

}  // namespace router::net
