#include "net/server.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <limits>

#include "base/log.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {
// How long accepting rests when the process has no file descriptor left.
constexpr base::milliseconds kOutOfDescriptors{200};
// How long a handshake may take that has begun: less than the second after which a client repeats its SYN.
constexpr base::milliseconds kHandshakes{500};
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// A classic BPF program, which needs no privilege: drops segments with SYN and without ACK.
bool drop_new_handshakes(int listener) {
  constexpr unsigned kFlagsOffset = 13;  // RFC 9293 section 3.1
  constexpr unsigned kSyn = 0x02;
  constexpr unsigned kAck = 0x10;
  sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsOffset),
                         BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSyn | kAck),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
                         BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF)};
  const sock_fprog program{std::size(steps), steps};
  return ::setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

// The kernel gives out the lowest free number: one from here on means that only the reserve is left.
int first_reserved_descriptor() {
  constexpr rlim_t kMostReserved = 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
  const rlim_t usable = limit.rlim_cur - std::min(limit.rlim_cur / 4, kMostReserved);
  return static_cast<int>(std::min<rlim_t>(usable, std::numeric_limits<int>::max()));
}

}  // namespace

Server::Server(AsioLoop& loop, Handler& handler, ParseLimits parse_limits, ServerTimeouts timeouts,
               ConnectionLimits& limits)
    : loop_(loop),
      handler_(handler),
      parse_limits_(parse_limits),
      timeouts_(timeouts),
      limits_(limits),
      acceptor_(loop.context().get_executor()),
      first_reserved_(first_reserved_descriptor()),
      resume_(loop.deadlines(), [this] { accept_next(); }),
      last_handshakes_(loop.deadlines(), [this] { close_listener(); }) {}

Server::~Server() = default;

Result<std::uint16_t> Server::listen(std::uint16_t port) {
  auto refuse = [&](const error_code& fault) {
    return Error{ErrorCode::refused, Side::router,
                 "cannot listen on port " + std::to_string(port) + ": " + fault.message()};
  };
  // one socket for IPv6 and IPv4; plain IPv4 where the machine has no IPv6
  error_code fault;
  acceptor_.open(asio::ip::tcp::v6(), fault);
  asio::ip::tcp::endpoint endpoint(asio::ip::tcp::v6(), port);
  if (!fault) {
    acceptor_.set_option(asio::ip::v6_only(false), fault);
  } else {
    endpoint = asio::ip::tcp::endpoint(asio::ip::tcp::v4(), port);
    acceptor_.open(asio::ip::tcp::v4(), fault);
    if (fault) return refuse(fault);
  }
  acceptor_.set_option(asio::socket_base::reuse_address(true), fault);
  acceptor_.set_option(ReusePort(true), fault);
  if (fault) return refuse(fault);
  if (acceptor_.bind(endpoint, fault)) return refuse(fault);
  if (acceptor_.listen(4096, fault)) return refuse(fault);
  listening_ = true;
  return acceptor_.local_endpoint().port();
}

Result<std::uint16_t> Server::listen_on(int shared) {
  const auto refuse = [](int fault) {
    return Error{ErrorCode::refused, Side::router,
                 std::string("cannot listen on the socket given: ") + strerror(fault)};
  };
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(shared, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return refuse(errno);
  const int own = ::fcntl(shared, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return refuse(errno);
  error_code fault;
  acceptor_.assign(bound.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), own, fault);
  if (fault) {
    ::close(own);
    return refuse(fault.value());
  }
  is_shared_ = true;
  listening_ = true;
  return acceptor_.local_endpoint().port();
}

void Server::start() { accept_next(); }

bool Server::is_short_of_descriptors() const {
  const int probe = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (probe >= 0) ::close(probe);
  return probe < 0 || probe >= first_reserved_;
}

void Server::accept_next() {
  if (!acceptor_.is_open()) return;
  if (paused_ && is_short_of_descriptors()) return resume_.arm(kOutOfDescriptors);
  paused_ = false;
  acceptor_.async_accept([this](const error_code& fault, Socket socket) {
    if (fault == asio::error::operation_aborted) return;
    if (!fault) {
      const bool is_last = socket.native_handle() >= first_reserved_;
      accepted(std::move(socket));
      if (is_last) return pause_accepting();
    } else if (fault.value() == EMFILE || fault.value() == ENFILE || fault.value() == ENOBUFS ||
               fault.value() == ENOMEM) {
      return pause_accepting();
    }
    accept_next();
  });
}

void Server::pause_accepting() {
  paused_ = true;
  base::log_warning("accept.paused",
                    {{"reason", "few file descriptors, or no memory, are left"}, {"open", connections_.count()}});
  resume_.arm(kOutOfDescriptors);
}

void Server::accepted(Socket socket) {
  error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  if (gone) return;
  const auto place = limits_.admit(peer.address().to_string());
  if (!place) return;
  auto connection =
      std::make_unique<ClientConnection>(loop_, std::move(socket), handler_, connections_, parse_limits_, timeouts_);
  auto* const context = tls_ ? &tls_->context() : nullptr;
  ClientConnection::start(std::move(connection), context, [place, in_use = tls_] {});
}

void Server::drain() {
  connections_.drain();
  if (!acceptor_.is_open() || last_handshakes_.armed()) return;
  if (is_shared_) return leave_listener();
  if (drop_new_handshakes(acceptor_.native_handle())) {
    last_handshakes_.arm(kHandshakes);
  } else {
    close_listener();
  }
}

void Server::close_listener() {
  error_code fault;
  acceptor_.cancel(fault);
  acceptor_.non_blocking(true, fault);
  for (;;) {
    Socket socket(loop_.context().get_executor());
    acceptor_.accept(socket, fault);
    if (fault) break;
    accepted(std::move(socket));
  }
  leave_listener();
}

void Server::leave_listener() {
  error_code fault;
  acceptor_.close(fault);
  listening_ = false;
}

}  // namespace router::net
