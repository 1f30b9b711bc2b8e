// TLS over a connected socket that never blocks: OpenSSL reads and writes it directly, so that nothing is
// buffered for a connection that rests (the BIO pair and buffers of asio::ssl::stream cost 68 KiB each).
//
// A step does what can be done now and says what the next one waits for; a write that waits has to be
// repeated with the same bytes. Owner: Stream, on its loop; the socket outlives it. SIGPIPE must be ignored
// (net/signals). Faults: eof after the peer's close_notify, asio::ssl::error::stream_truncated where it ends
// without one (RFC 8446 section 6.1), else OpenSSL's or the system's. Included by net/*.cpp only.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace router::net {

class TlsChannel {
 public:
  enum class Needs { nothing, readable, writable };
  struct Step {
    boost::system::error_code fault;
    std::size_t bytes = 0;
    Needs needs = Needs::nothing;
  };

  TlsChannel(boost::asio::ssl::context& context, int socket);

  // For a client: who must answer. A name is asked for by SNI, too; an address is no server name (RFC 6066
  // section 3). `verify` false: whoever answers will do. False: nobody can have such a name.
  [[nodiscard]] bool expect_peer(const std::string& host, bool verify);
  // The same without asking that the name fits: whoever shows a certificate of somebody trusted.
  [[nodiscard]] bool ask_for(const std::string& host);
  Step handshake(bool as_server);
  Step read(std::span<char> into);
  // At most one record (16 KiB).
  Step write(std::string_view data);
  // Sends close_notify, once; reading goes on.
  Step say_end();
  // After the handshake: it went on with an earlier session.
  bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  // Bytes that the peer has sent and the socket does not show any more.
  bool has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }
  // Nothing of the peer's is there but what TLS keeps to itself, and it has not ended.
  bool is_quiet();

 private:
  Step judge(int result);

  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool end_said_ = false;
};

}  // namespace router::net
