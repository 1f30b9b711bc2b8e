// Both ends of TLS for tests: an authority that issues certificates, a client, and a back-end that speaks HTTP over it;
// and a proxy that understands CONNECT only.
//
// Blocking, on the loopback interface, every operation bounded by kPatience. Servers run on a thread of their own and
// are safe to ask from the test's. Certificates are P-256 and valid for an hour.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"
#include "support/temporary_folder.h"

namespace router::test {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// Throws std::runtime_error if OpenSSL refuses.
class Authority {
 public:
  Authority();
  const std::string& file() const { return file_; }
  // `alternative_name`: "DNS:a.example" or "IP:127.0.0.1"; also the common name. Same `stem`: the files are replaced.
  CertificateFiles issue(const std::string& alternative_name, const std::string& stem) const;

 private:
  TemporaryFolder folder_;
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string file_;
};

// Verifies nothing: which certificate came is for the test to judge.
class TlsClient {
 public:
  // `resume`: the session of an earlier client.
  TlsClient(std::uint16_t port, int version, const std::string& server_name = {}, SSL_SESSION* resume = nullptr);

  bool is_connected() const { return connected_; }
  std::string version() const { return SSL_get_version(connection_.get()); }
  std::string certificate_name() const;  // its common name
  // What came until the answer's head was complete and the peer paused or ended.
  std::string ask(std::string_view request);
  bool send(std::string_view bytes);
  // "" at the end.
  std::string read_piece();
  // For a later client; tickets of TLS 1.3 come with the first answer.
  std::shared_ptr<SSL_SESSION> session() const { return {SSL_get1_session(connection_.get()), SSL_SESSION_free}; }
  // Whether something comes in that time: bytes, or the end.
  bool stirs_within(milliseconds time) const { return socket_.wait_readable(in(time)); }
  bool was_resumed() const { return SSL_session_reused(connection_.get()) == 1; }
  // Reads on; whether the peer ends with close_notify, not just by closing.
  bool is_told_the_end();
  // Leaving: with close_notify and the connection still open, by FIN without a word, by RST.
  void say_end() { SSL_shutdown(connection_.get()); }
  void close() { socket_.close(); }
  void reset() { socket_.reset(); }

 private:
  Socket socket_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> connection_;
  bool connected_ = false;
};

// Answers every connection's first request with 200 "over tls" and closes it; or, told to, with other bytes, and then
// keeps what comes until the client closes. One connection at a time.
class TlsBackend {
 public:
  // `client_authority`: clients have to show a certificate that this one (a PEM file) has issued.
  explicit TlsBackend(const CertificateFiles& files, const std::string& client_authority = {});
  ~TlsBackend();
  std::uint16_t port() const { return listener_.port(); }
  std::string origin() const { return "https://127.0.0.1:" + std::to_string(port()); }
  std::size_t requests() const { return requests_; }
  // The common name of who asked last; empty without certificate.
  std::string client_name() const;
  std::string server_name() const;  // that it asked for (SNI); empty without
  std::string request() const;      // what it sent first
  void answer_and_stay(std::string bytes);
  // These bytes, then the end: with close_notify, by FIN alone (a truncation), or by RST.
  enum class End { told, truncated, reset };
  void answer_and_end(std::string bytes, End end);
  std::string received() const;  // behind the request that was so answered

 private:
  void serve();
  void stay(SSL* connection);

  Listener listener_;
  std::shared_ptr<SSL_CTX> context_;
  std::optional<End> end_;
  mutable std::mutex mutex_;
  std::string client_name_;
  std::string server_name_;
  std::string request_;
  std::string answer_;
  std::string received_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Takes CONNECT to a port of 127.0.0.1, whatever the host is called; one tunnel at a time.
class ConnectProxy {
 public:
  explicit ConnectProxy(int status = 200);
  ~ConnectProxy();
  std::uint16_t port() const { return listener_.port(); }
  std::vector<std::string> request_lines() const;

 private:
  void serve();
  void relay(Socket& client, Socket& server) const;

  Listener listener_;
  int status_;
  mutable std::mutex mutex_;
  std::vector<std::string> request_lines_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace router::test
