#include "net/signals.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <initializer_list>

#include "net/asio_loop.h"

namespace router::net {
namespace {

void change_mask(int how, std::initializer_list<int> signals) {
  sigset_t changed;
  sigemptyset(&changed);
  for (const int signal : signals) sigaddset(&changed, signal);
  pthread_sigmask(how, &changed, nullptr);
}

}  // namespace

void hold_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  change_mask(SIG_BLOCK, {SIGHUP, SIGUSR1});
}

void hold_ends() { change_mask(SIG_BLOCK, {SIGTERM, SIGINT}); }

struct Signals::Waiting {
  Waiting(AsioLoop& loop, std::function<void()> on_terminate, std::function<void()> on_reload,
          std::function<void()> on_reopen_log)
      : set(loop.context(), SIGTERM, SIGINT, SIGHUP),
        terminate(std::move(on_terminate)),
        reload(std::move(on_reload)),
        reopen_log(std::move(on_reopen_log)) {
    set.add(SIGUSR1);
  }

  void wait() {
    set.async_wait([this](const boost::system::error_code& fault, int signal) {
      if (fault) return;
      if (signal == SIGHUP) {
        reload();
      } else if (signal == SIGUSR1) {
        reopen_log();
      } else {
        terminate();
      }
      wait();
    });
  }

  boost::asio::signal_set set;
  std::function<void()> terminate;
  std::function<void()> reload;
  std::function<void()> reopen_log;
};

Signals::Signals(AsioLoop& loop, std::function<void()> terminate, std::function<void()> reload,
                 std::function<void()> reopen_log)
    : waiting_(std::make_unique<Waiting>(loop, std::move(terminate), std::move(reload), std::move(reopen_log))) {
  waiting_->wait();
  change_mask(SIG_UNBLOCK, {SIGHUP, SIGUSR1, SIGTERM, SIGINT});
}

Signals::~Signals() { change_mask(SIG_BLOCK, {SIGHUP, SIGUSR1}); }

}  // namespace router::net
