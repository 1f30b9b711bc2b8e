#include "net/tls_channel.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <climits>

namespace router::net {

namespace asio = boost::asio;

namespace {

int bounded_size(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

bool is_address(const std::string& host) {
  boost::system::error_code none;
  asio::ip::make_address(host, none);
  return !none;
}

}  // namespace

TlsChannel::TlsChannel(asio::ssl::context& context, int socket) : ssl_(SSL_new(context.native_handle()), &SSL_free) {
  if (!ssl_) throw std::bad_alloc();
  SSL_set_mode(ssl_.get(),
               SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // a record in one system call, not its head and its body
  SSL_set_read_ahead(ssl_.get(), 1);
  SSL_set_fd(ssl_.get(), socket);
}

bool TlsChannel::expect_peer(const std::string& host, bool verify) {
  if (!verify) SSL_set_verify(ssl_.get(), SSL_VERIFY_NONE, nullptr);
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
  return SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1 && SSL_set1_host(ssl_.get(), host.c_str()) == 1;
}

bool TlsChannel::ask_for(const std::string& host) {
  return is_address(host) || SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
}

TlsChannel::Step TlsChannel::handshake(bool as_server) {
  ERR_clear_error();
  return judge(as_server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get()));
}

TlsChannel::Step TlsChannel::read(std::span<char> into) {
  ERR_clear_error();
  return judge(SSL_read(ssl_.get(), into.data(), bounded_size(into.size())));
}

TlsChannel::Step TlsChannel::write(std::string_view data) {
  ERR_clear_error();
  return judge(SSL_write(ssl_.get(), data.data(), bounded_size(data.size())));
}

TlsChannel::Step TlsChannel::say_end() {
  if (end_said_) return {};
  ERR_clear_error();
  // 0: sent, and the peer's has not come yet; another call would read for it
  const int result = SSL_shutdown(ssl_.get());
  end_said_ = result >= 0;
  return end_said_ ? Step{} : judge(result);
}

bool TlsChannel::is_quiet() {
  ERR_clear_error();
  char byte;
  const auto step = judge(SSL_peek(ssl_.get(), &byte, 1));
  return step.needs == Needs::readable && !has_pending();
}

TlsChannel::Step TlsChannel::judge(int result) {
  const int system_fault = errno;
  if (result > 0) return {{}, static_cast<std::size_t>(result)};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {{}, 0, Needs::readable};
    case SSL_ERROR_WANT_WRITE:
      return {{}, 0, Needs::writable};
    case SSL_ERROR_ZERO_RETURN:
      return {asio::error::eof};
    case SSL_ERROR_SYSCALL:
      if (system_fault != 0) return {{system_fault, boost::system::system_category()}};
      return {asio::ssl::error::stream_truncated};
    default:
      break;
  }
  const auto reason = ERR_get_error();
  if (ERR_GET_REASON(reason) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return {asio::ssl::error::stream_truncated};
  }
  return {{static_cast<int>(reason), asio::error::get_ssl_category()}};
}

}  // namespace router::net
