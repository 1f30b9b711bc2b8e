#include "net/asio_peer_connector.h"

#include <cerrno>
#include <functional>

#include "net/reaching.h"
#include "net/stream.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

// A server that takes nothing for so long is gone.
constexpr base::milliseconds kLongestPeerStall{30'000};

bool lacks_descriptors(const error_code& reason) { return reason.value() == EMFILE || reason.value() == ENFILE; }

}  // namespace

std::string to_string(const PeerAddress& address) {
  const bool literal_v6 = address.host.find(':') != std::string::npos;
  return (literal_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

class AsioPeerConnector::Connection final : public PeerConnection {
 public:
  Connection(AsioPeerConnector& owner, const PeerAddress& address)
      : owner_(owner),
        address_(address),
        stream_(owner.loop_),
        deadline_(owner.loop_.deadlines(), [this] { stop(true); }) {}

  Task<Result<void>> connect(base::milliseconds at_most) override {
    deadline_.arm(at_most);
    auto connected = co_await reach();
    if (connected && owner_.tls_.is_on) connected = co_await shake_hands();
    deadline_.disarm();
    co_return connected;
  }

  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    if (closed_) co_return fault({}, "reading from");
    const auto read = co_await stream_.read_some(into.data(), into.size());
    if (read.fault) co_return fault(read.fault, "reading from");
    co_return read.bytes;
  }

  Task<Result<void>> write(std::string_view bytes) override {
    if (closed_) co_return fault({}, "sending to");
    const auto written = co_await stream_.write(bytes);
    if (written.fault) co_return fault(written.fault, "sending to");
    co_return Result<void>();
  }

  void close() override { stop(false); }

 private:
  // Whoever waits goes on in a turn of its own, never in here.
  void stop(bool by_deadline) {
    (by_deadline ? timed_out_ : closed_) = true;
    by_deadline ? stream_.cancel() : stream_.close();
    if (give_up_) give_up_();
  }

  Error fault(const error_code& reason, std::string_view doing) const {
    const std::string what = std::string(doing) + " " + to_string(address_) + ": ";
    if (closed_) return Error{ErrorCode::cancelled, Side::router, what + "given up"};
    if (timed_out_) return Error{ErrorCode::timeout, Side::store, what + "timed out", true};
    return Error{ErrorCode::closed, Side::store, what + reason.message(), true};
  }

  Error connect_fault(const error_code& reason, std::string_view doing) const {
    auto error = fault(reason, doing);
    if (error.code == ErrorCode::closed)
      error.code = lacks_descriptors(reason) ? ErrorCode::overloaded : ErrorCode::refused;
    return error;
  }

  Task<Result<void>> reach() {
    Reaching reaching(owner_.loop_, owner_.names_, address_.host, address_.port);
    give_up_ = [&reaching] { reaching.give_up(); };
    auto way = reaching.run();
    auto reached = co_await way;
    give_up_ = nullptr;
    if (!reached.has_addresses)
      co_return reached.look_up_error(connect_fault(reached.reason, "looking up"), address_.host);
    if (!reached.socket) co_return connect_fault(reached.reason, "connecting to");
    stream_.adopt(*std::move(reached.socket));
    stream_.prepare(kLongestPeerStall);
    co_return Result<void>();
  }

  Task<Result<void>> shake_hands() {
    const auto& tls = owner_.tls_;
    TlsClientOptions options;
    options.verify = tls.verify;
    options.trusted = tls.trusted;
    auto context = owner_.contexts_.context(options, owner_.loop_.deadlines().now());
    if (!context) co_return context.error();
    auto& channel = stream_.enable_tls(**context);
    const bool expected = tls.verify && !tls.verify_host ? channel.ask_for(address_.host)
                                                         : channel.expect_peer(address_.host, tls.verify);
    if (!expected) {
      co_return Error{ErrorCode::refused, Side::router, "no TLS server can be called " + address_.host};
    }
    const auto shaken = co_await stream_.handshake(false);
    if (shaken) co_return connect_fault(shaken, "TLS handshake with");
    co_return Result<void>();
  }

  AsioPeerConnector& owner_;
  const PeerAddress address_;
  Stream stream_;
  Deadline deadline_;
  std::function<void()> give_up_;  // ends the look-up or the connecting under way
  bool timed_out_ = false;
  bool closed_ = false;
};

AsioPeerConnector::AsioPeerConnector(AsioLoop& loop, PeerTls tls, std::vector<std::string> name_servers)
    : loop_(loop),
      tls_(std::move(tls)),
      contexts_(tls_.ca_files, tls_.verify),
      names_(loop, clock_, ask_name_servers(loop, std::move(name_servers))) {}

std::unique_ptr<PeerConnection> AsioPeerConnector::make(const PeerAddress& address) {
  return std::make_unique<Connection>(*this, address);
}

}  // namespace router::net
