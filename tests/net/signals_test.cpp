// A SIGHUP is a reload, a SIGUSR1 opens the log anew, or waits until there is somebody who does: neither ends the process; a
// SIGTERM ends it in order, also one that comes before there is somebody who can. In a process of the test's own, for what a
// signal does is the process's.
#include "net/signals.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "net/asio_loop.h"
#include "net/buffer_pool.h"

namespace router::signals_test {

namespace {

// How often `signal` was heard; 100: terminated.
int heard_of(int signal, bool before, bool meanwhile, bool afterwards) {
  net::hold_signals();
  if (before) std::raise(signal);
  net::AsioLoop loop(net::BufferPool::kLarge, net::BufferPool::kLarge);
  int heard = 0;
  const auto hear = [&](int expected) {
    heard += signal == expected ? 1 : 10;
    std::raise(SIGTERM);
  };
  auto signals = std::make_unique<net::Signals>(
      loop,
      [&] {
        heard += 100;
        loop.stop();
      },
      [hear] { hear(SIGHUP); }, [hear] { hear(SIGUSR1); });
  if (meanwhile) std::raise(signal);
  if (!before && !meanwhile) std::raise(SIGTERM);
  loop.run();
  signals.reset();
  if (afterwards) std::raise(signal);
  std::raise(SIGPIPE);
  return heard;
}

// The exit status; -1: a signal has ended it.
int in_a_process(int signal, bool before, bool meanwhile, bool afterwards) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int inherited : {SIGHUP, SIGUSR1, SIGTERM, SIGPIPE}) std::signal(inherited, SIG_DFL);
    _exit(heard_of(signal, before, meanwhile, afterwards));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("signals: a SIGHUP or SIGUSR1 before its handler waits for it, one afterwards ends nothing [issue 14]") {
  struct Row {
    bool before;
    bool meanwhile;
    bool afterwards;
    int outcome;
  };
  for (const Row& row : {Row{false, false, false, 100}, Row{true, false, false, 101}, Row{false, true, false, 101},
                         Row{true, false, true, 101}, Row{false, false, true, 100}}) {
    CAPTURE(row.before);
    CAPTURE(row.meanwhile);
    CAPTURE(row.afterwards);
    for (const int signal : {SIGHUP, SIGUSR1}) {
      CAPTURE(signal);
      CHECK(in_a_process(signal, row.before, row.meanwhile, row.afterwards) == row.outcome);
    }
  }
}

TEST_CASE("signals: one that ends the router and comes while it starts to listen ends it in order [issue 9]") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    const pid_t child = fork();
    if (child == 0) {
      std::signal(signal, SIG_DFL);
      net::hold_ends();
      std::raise(signal);
      net::AsioLoop loop(net::BufferPool::kLarge, net::BufferPool::kLarge);
      const net::Signals signals(
          loop, [&] { loop.stop(); }, [] {}, [] {});
      loop.run();
      _exit(42);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42);
  }
}

}  // namespace router::signals_test
