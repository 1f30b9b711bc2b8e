// A SIGHUP is a reload, or waits until there is somebody who reloads: it never ends the process. In a process of the
// test's own, for what a signal does is the process's.
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

// The number of reloads; 100: terminated.
int reloads_after(bool before, bool meanwhile, bool afterwards) {
  net::hold_signals();
  if (before) std::raise(SIGHUP);
  net::AsioLoop loop(net::BufferPool::kLarge, net::BufferPool::kLarge);
  int reloads = 0;
  auto signals = std::make_unique<net::Signals>(
      loop,
      [&] {
        reloads += 100;
        loop.stop();
      },
      [&] {
        ++reloads;
        std::raise(SIGTERM);
      });
  if (meanwhile) std::raise(SIGHUP);
  if (!before && !meanwhile) std::raise(SIGTERM);
  loop.run();
  signals.reset();
  if (afterwards) std::raise(SIGHUP);
  std::raise(SIGPIPE);
  return reloads;
}

// The exit status; -1: a signal has ended it.
int in_a_process(bool before, bool meanwhile, bool afterwards) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int signal : {SIGHUP, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
    _exit(reloads_after(before, meanwhile, afterwards));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("signals: a SIGHUP before its handler waits for it, one afterwards ends nothing") {
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
    CHECK(in_a_process(row.before, row.meanwhile, row.afterwards) == row.outcome);
  }
}

}  // namespace router::signals_test
