#include "support/fault_proxy.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <vector>

namespace router::test {
namespace {

constexpr milliseconds kTurn{10};              // how often stop and new faults are noticed
constexpr std::size_t kMostHeld = 256 * 1024;  // per direction; then the sender has to wait

struct Piece {
  TimePoint due;
  std::string bytes;
};

}  // namespace

struct FaultProxy::Direction {
  const Socket* from = nullptr;
  const Socket* to = nullptr;
  std::deque<Piece> held;
  std::size_t held_bytes = 0;
  std::size_t passed = 0;
  TimePoint next_send{};  // throttling
  bool ended = false;     // the sender has
  bool shut = false;      // the receiver was told, or is never to be told

  bool wants_to_read() const { return !ended && held_bytes < kMostHeld; }
  bool finished() const { return ended && held.empty(); }
};

struct FaultProxy::Pair {
  Socket client;
  Socket backend;
  Direction up;
  Direction down;
};

FaultProxy::FaultProxy(std::uint16_t backend_port) : backend_port_(backend_port), thread_([this] { run(); }) {}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  thread_.join();
}

void FaultProxy::towards_client(Fault fault) {
  const std::lock_guard lock(mutex_);
  to_client_ = fault;
}

void FaultProxy::towards_backend(Fault fault) {
  const std::lock_guard lock(mutex_);
  to_backend_ = fault;
}

void FaultProxy::heal() {
  towards_client({});
  towards_backend({});
}

void FaultProxy::run() {
  while (!stopping_) {
    std::vector<pollfd> entries{{listener_.fd(), POLLIN, 0}};
    for (const auto& pair : pairs_) {
      if (pair.up.wants_to_read()) entries.push_back({pair.client.fd(), POLLIN, 0});
      if (pair.down.wants_to_read()) entries.push_back({pair.backend.fd(), POLLIN, 0});
    }
    ::poll(entries.data(), entries.size(), static_cast<int>(turn().count()));
    if ((entries.front().revents & POLLIN) != 0) accept_one();
  }
}

void FaultProxy::accept_one() {
  auto client = listener_.accept(milliseconds(0));
  if (!client) return;
  ++accepted_;
  try {
    pairs_.push_back({std::move(*client), connect_to(backend_port_), {}, {}});
  } catch (const std::runtime_error&) {
    return;  // closing the client is how it learns
  }
  auto& pair = pairs_.back();
  pair.up.from = pair.down.to = &pair.client;
  pair.up.to = pair.down.from = &pair.backend;
}

// Moves what can be moved; how long the next turn may be away.
milliseconds FaultProxy::turn() {
  Fault to_client;
  Fault to_backend;
  {
    const std::lock_guard lock(mutex_);
    to_client = to_client_;
    to_backend = to_backend_;
  }
  auto wait = kTurn;
  for (auto pair = pairs_.begin(); pair != pairs_.end();) {
    read_from(pair->up, to_backend);
    read_from(pair->down, to_client);
    const bool alive = pass_on(*pair, pair->up, to_backend) && pass_on(*pair, pair->down, to_client);
    const bool over = pair->up.finished() && pair->down.finished();
    if (!pair->up.held.empty() || !pair->down.held.empty()) wait = milliseconds(1);
    pair = alive && !over ? std::next(pair) : pairs_.erase(pair);
  }
  return wait;
}

void FaultProxy::read_from(Direction& direction, const Fault& fault) {
  if (!direction.wants_to_read() || !direction.from->wait_readable(in(milliseconds(0)))) return;
  std::string bytes;
  if (direction.from->receive(bytes, in(milliseconds(0))) != Received::data) {
    direction.ended = true;
    return;
  }
  direction.held_bytes += bytes.size();
  direction.held.push_back({in(fault.delay), std::move(bytes)});
}

// False: the pair is over.
bool FaultProxy::pass_on(Pair& pair, Direction& direction, const Fault& fault) {
  while (!direction.held.empty()) {
    const auto now = std::chrono::steady_clock::now();
    auto& piece = direction.held.front();
    if (piece.due > now || direction.next_send > now) return true;
    if (direction.passed >= fault.cut_after) {
      if (fault.cut == Cut::close) return false;
      if (fault.cut == Cut::reset) {
        pair.client.reset();
        pair.backend.reset();
        return false;
      }
      if (fault.cut == Cut::half_close && !direction.shut) direction.to->shutdown_write();
      direction.shut = true;
      direction.held.clear();
      direction.held_bytes = 0;
      return true;
    }
    std::size_t most = std::min(piece.bytes.size(), fault.cut_after - direction.passed);
    if (fault.bytes_per_second != 0)
      most = std::min<std::size_t>(most, std::max<std::size_t>(fault.bytes_per_second / 100, 1));
    const auto sent = ::send(direction.to->fd(), piece.bytes.data(), most, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    const auto count = static_cast<std::size_t>(sent);
    direction.passed += count;
    direction.held_bytes -= count;
    if (fault.bytes_per_second != 0) {
      direction.next_send = now + std::chrono::microseconds(count * 1'000'000 / fault.bytes_per_second);
    }
    piece.bytes.erase(0, count);
    if (piece.bytes.empty()) direction.held.pop_front();
  }
  if (direction.ended && !direction.shut) {
    direction.to->shutdown_write();
    direction.shut = true;
  }
  return true;
}

}  // namespace router::test
