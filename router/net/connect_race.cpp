#include "net/connect_race.h"

namespace router::net {

// Its handler may run after the race is over: then there is nobody to tell.
struct ConnectRace::Attempt {
  Attempt(AsioLoop& loop, ConnectRace& of) : socket(loop.context().get_executor()), race(&of) {}
  Socket socket;
  ConnectRace* race;
};

ConnectRace::ConnectRace(AsioLoop& loop, std::vector<asio::ip::tcp::endpoint> endpoints)
    : loop_(loop),
      endpoints_(std::move(endpoints)),
      attempt_delay_(loop.deadlines(), [this] { start_next(); }),
      wake_(loop) {
  start_next();
}

ConnectRace::~ConnectRace() { decide(asio::error::operation_aborted); }

void ConnectRace::start_next() {
  while (!wake_.has_ended()) {
    if (next_ == endpoints_.size()) {
      if (under_way_ == 0) decide(fault_);
      return;
    }
    const auto& endpoint = endpoints_[next_++];
    auto attempt = std::make_shared<Attempt>(loop_, *this);
    error_code fault;
    attempt->socket.open(endpoint.protocol(), fault);
    if (fault) {
      fault_ = fault;
      continue;
    }
    attempts_.push_back(attempt);
    ++under_way_;
    attempt->socket.async_connect(endpoint, [attempt](const error_code& failed) {
      if (attempt->race != nullptr) attempt->race->ended(*attempt, failed);
    });
    if (next_ < endpoints_.size()) attempt_delay_.arm(kAttemptDelay);
    return;
  }
}

void ConnectRace::ended(Attempt& attempt, const error_code& fault) {
  --under_way_;
  if (!fault) {
    winner_.emplace(std::move(attempt.socket));
    return decide({});
  }
  fault_ = fault;
  error_code ignored;
  attempt.socket.close(ignored);
  start_next();
}

void ConnectRace::decide(const error_code& fault) {
  if (!wake_.end()) return;
  fault_ = fault;
  attempt_delay_.disarm();
  for (const auto& attempt : attempts_) {
    attempt->race = nullptr;
    error_code ignored;
    attempt->socket.close(ignored);
  }
  attempts_.clear();
}

void ConnectRace::give_up() { decide(asio::error::operation_aborted); }

}  // namespace router::net
