#include "net/signals.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "net/asio_loop.h"

namespace router::net {
namespace {

void change_mask(int how) {
  sigset_t reload;
  sigemptyset(&reload);
  sigaddset(&reload, SIGHUP);
  pthread_sigmask(how, &reload, nullptr);
}

}  // namespace

void hold_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  change_mask(SIG_BLOCK);
}

struct Signals::Waiting {
  Waiting(AsioLoop& loop, std::function<void()> on_terminate, std::function<void()> on_reload)
      : set(loop.context(), SIGTERM, SIGINT, SIGHUP),
        terminate(std::move(on_terminate)),
        reload(std::move(on_reload)) {}

  void wait() {
    set.async_wait([this](const boost::system::error_code& fault, int signal) {
      if (fault) return;
      if (signal == SIGHUP) {
        reload();
      } else {
        terminate();
      }
      wait();
    });
  }

  boost::asio::signal_set set;
  std::function<void()> terminate;
  std::function<void()> reload;
};

Signals::Signals(AsioLoop& loop, std::function<void()> terminate, std::function<void()> reload)
    : waiting_(std::make_unique<Waiting>(loop, std::move(terminate), std::move(reload))) {
  waiting_->wait();
  change_mask(SIG_UNBLOCK);
}

Signals::~Signals() { change_mask(SIG_BLOCK); }

}  // namespace router::net
