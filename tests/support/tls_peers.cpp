#include "support/tls_peers.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <csignal>

#include "support/certificates.h"

namespace router::test {
namespace {

constexpr milliseconds kAcceptPoll{20};
const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nover tls";

void write_pem(const std::string& path, X509* certificate, EVP_PKEY* key) {
  const std::shared_ptr<BIO> file(BIO_new_file(path.c_str(), "w"), BIO_free_all);
  require_openssl(file != nullptr, "cannot write a file");
  if (certificate != nullptr) require_openssl(PEM_write_bio_X509(file.get(), certificate) == 1, "write certificate");
  if (key != nullptr) {
    require_openssl(PEM_write_bio_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write key");
  }
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  const std::shared_ptr<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()),
                                                  X509_EXTENSION_free);
  require_openssl(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

void bound(const Socket& socket) {
  const timeval time{kPatience.count() / 1000, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

std::string name_of_peer(const SSL* connection) {
  const std::shared_ptr<X509> certificate(SSL_get1_peer_certificate(connection), X509_free);
  char name[256] = "";
  if (certificate)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  return name;
}

// "" at the end.
std::string read_some(SSL* connection) {
  char piece[16384];
  const int got = SSL_read(connection, piece, sizeof piece);
  return {piece, static_cast<std::size_t>(std::max(0, got))};
}

}  // namespace

Authority::Authority()
    : key_(make_key()), certificate_(make_certificate("Test Authority", key_.get())), file_(folder_ / "ca.pem") {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  require_openssl(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "sign");
  write_pem(file_, certificate_.get(), nullptr);
}

CertificateFiles Authority::issue(const std::string& alternative_name, const std::string& stem) const {
  const auto key = make_key();
  const auto made = make_certificate(alternative_name.substr(alternative_name.find(':') + 1), key.get());
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  add_extension(made.get(), NID_subject_alt_name, alternative_name);
  require_openssl(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "sign");
  CertificateFiles files{folder_ / (stem + ".pem"), folder_ / (stem + ".key")};
  write_pem(files.certificate, made.get(), nullptr);
  write_pem(files.key, nullptr, key.get());
  return files;
}

TlsClient::TlsClient(std::uint16_t port, int version, const std::string& server_name, SSL_SESSION* resume)
    : socket_(connect_to(port)), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  std::signal(SIGPIPE, SIG_IGN);  // the router may close while bytes are written
  bound(socket_);
  // else OpenSSL itself would not offer TLS 1.1
  SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context_.get(), version);
  SSL_CTX_set_max_proto_version(context_.get(), version);
  connection_.reset(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(connection_.get(), socket_.fd());
  if (!server_name.empty()) SSL_set_tlsext_host_name(connection_.get(), server_name.c_str());
  if (resume != nullptr) SSL_set_session(connection_.get(), resume);
  connected_ = SSL_connect(connection_.get()) == 1;
}

std::string TlsClient::certificate_name() const { return name_of_peer(connection_.get()); }

bool TlsClient::send(std::string_view bytes) {
  return SSL_write(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string TlsClient::read_piece() { return read_some(connection_.get()); }

std::string TlsClient::ask(std::string_view request) {
  std::string answer;
  if (!send(request)) return answer;
  while (answer.find("\r\n\r\n") == std::string::npos || SSL_pending(connection_.get()) > 0) {
    const auto piece = read_piece();
    if (piece.empty()) break;
    answer.append(piece);
  }
  return answer;
}

bool TlsClient::is_told_the_end() {
  char piece[4096];
  int got = 1;
  while (got > 0) got = SSL_read(connection_.get(), piece, sizeof piece);
  return SSL_get_error(connection_.get(), got) == SSL_ERROR_ZERO_RETURN;
}

TlsBackend::TlsBackend(const CertificateFiles& files, const std::string& client_authority)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  std::signal(SIGPIPE, SIG_IGN);  // the router may close while close_notify is written
  require_openssl(SSL_CTX_use_certificate_file(context_.get(), files.certificate.c_str(), SSL_FILETYPE_PEM) == 1,
                  "certificate");
  require_openssl(SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
  if (!client_authority.empty()) {
    require_openssl(SSL_CTX_load_verify_locations(context_.get(), client_authority.c_str(), nullptr) == 1, "authority");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  thread_ = std::thread([this] { serve(); });
}

TlsBackend::~TlsBackend() {
  stopping_ = true;
  thread_.join();
}

std::string TlsBackend::client_name() const {
  const std::lock_guard lock(mutex_);
  return client_name_;
}

std::string TlsBackend::server_name() const {
  const std::lock_guard lock(mutex_);
  return server_name_;
}

std::string TlsBackend::request() const {
  const std::lock_guard lock(mutex_);
  return request_;
}

std::string TlsBackend::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

void TlsBackend::answer_and_stay(std::string bytes) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(bytes);
}

void TlsBackend::answer_and_end(std::string bytes, End end) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(bytes);
  end_ = end;
}

void TlsBackend::stay(SSL* connection) {
  for (auto piece = read_some(connection); !piece.empty() && !stopping_; piece = read_some(connection)) {
    const std::lock_guard lock(mutex_);
    received_ += piece;
  }
}

void TlsBackend::serve() {
  while (!stopping_) {
    auto socket = listener_.accept(kAcceptPoll);
    if (!socket) continue;
    bound(*socket);
    const std::shared_ptr<SSL> connection(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(connection.get(), socket->fd());
    if (SSL_accept(connection.get()) != 1) continue;
    auto request = read_some(connection.get());
    if (request.empty()) continue;
    std::string answer;
    std::optional<End> end;
    {
      const std::lock_guard lock(mutex_);
      request_ = std::move(request);
      end = end_;
      client_name_ = name_of_peer(connection.get());
      const char* const name = SSL_get_servername(connection.get(), TLSEXT_NAMETYPE_host_name);
      server_name_ = name == nullptr ? "" : name;
      answer = answer_;
    }
    ++requests_;
    const std::string& bytes = answer.empty() ? kAnswer : answer;
    // a record is a write: those of one answer come along with each other
    socket->gather(true);
    SSL_write(connection.get(), bytes.data(), static_cast<int>(bytes.size()));
    socket->gather(false);
    if (!answer.empty() && !end) stay(connection.get());
    if (end == End::reset) socket->reset();
    if (end.value_or(End::told) == End::told) SSL_shutdown(connection.get());
  }
}

ConnectProxy::ConnectProxy(int status) : status_(status) {
  thread_ = std::thread([this] { serve(); });
}

ConnectProxy::~ConnectProxy() {
  stopping_ = true;
  thread_.join();
}

std::vector<std::string> ConnectProxy::request_lines() const {
  const std::lock_guard lock(mutex_);
  return request_lines_;
}

void ConnectProxy::serve() {
  while (!stopping_) {
    auto client = listener_.accept(kAcceptPoll);
    if (!client) continue;
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos && client->receive(head, in(kPatience)) == Received::data) {
    }
    const std::string line = head.substr(0, head.find("\r\n"));
    {
      const std::lock_guard lock(mutex_);
      request_lines_.push_back(line);
    }
    client->send("HTTP/1.1 " + std::to_string(status_) + " Answer\r\n\r\n");
    if (!line.starts_with("CONNECT ") || status_ != 200) continue;
    auto server = connect_to(static_cast<std::uint16_t>(std::stoi(line.substr(line.find(':') + 1))));
    relay(*client, server);
  }
}

void ConnectProxy::relay(Socket& client, Socket& server) const {
  const auto pass = [](const Socket& from, const Socket& to) {
    std::string bytes;
    if (!from.wait_readable(in(milliseconds(2)))) return true;
    return from.receive(bytes, in(kPatience)) == Received::data && to.send(bytes);
  };
  while (!stopping_ && pass(client, server) && pass(server, client)) {
  }
}

}  // namespace router::test
