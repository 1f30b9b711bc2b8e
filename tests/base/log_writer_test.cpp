// The thread that writes the log (docs/contract/operations.md "Logs").
#include "base/log_writer.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/counted.h"
#include "support/temporary_folder.h"

namespace router::log_writer_test {

using base::LogWriter;
using base::milliseconds;
using test::TemporaryFolder;

constexpr milliseconds kLong{10'000};

struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  std::string read(std::size_t bytes) const {
    std::string text(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes) {
      const auto more = ::read(ends[0], text.data() + got, bytes - got);
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    text.resize(got);
    return text;
  }
  int ends[2] = {-1, -1};
};

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

double dropped() { return test::counted("xsrouter_log_lines_dropped_total"); }

const std::string kLine = std::string(1023, 'x') + "\n";

TEST_CASE("log writer: lines arrive whole and in order [issue 14]") {
  Pipe pipe;
  LogWriter writer(pipe.ends[1]);
  writer.write("one\ntwo\n");
  writer.write("three\n");
  CHECK(writer.flush(kLong));
  CHECK(pipe.read(14) == "one\ntwo\nthree\n");
}

TEST_CASE("log writer: a pipe that nobody reads holds nobody up, and what it does not take is counted [issue 14]") {
  const auto before = dropped();
  Pipe pipe;
  std::string taken;
  double lost = 0;
  {
    LogWriter writer(pipe.ends[1]);
    constexpr int kLines = 4'096;  // 4 MiB: more than pipe and memory take
    for (int i = 0; i < kLines; ++i) writer.write(kLine);
    CHECK_FALSE(writer.flush(milliseconds(1)));
    lost = dropped() - before;
    CHECK(lost > 0);
    CHECK(lost < kLines);
    // the reader comes back: nothing else is missing
    const auto kept = static_cast<std::size_t>(kLines - static_cast<int>(lost));
    taken = pipe.read(kept * kLine.size());
    CHECK(taken.size() == kept * kLine.size());
    writer.write("after\n");
    CHECK(writer.flush(kLong));
  }
  CHECK(pipe.read(6) == "after\n");
  CHECK(dropped() - before == lost);
}

TEST_CASE("log writer: a reader that has gone is no reason to wait, or to end [issue 14]") {
  ::signal(SIGPIPE, SIG_IGN);
  const auto before = dropped();
  Pipe pipe;
  pipe.close_reader();
  LogWriter writer(pipe.ends[1]);
  writer.write("one\ntwo\n");
  CHECK(writer.flush(kLong));
  CHECK(dropped() - before == 2);
}

TEST_CASE(
    "log writer: a full disk costs the lines that do not fit, and the next begins on a line of its own [issue 14]") {
  const auto before = dropped();
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  {
    LogWriter writer(full);
    writer.write("one\n");
    CHECK(writer.flush(kLong));
  }
  ::close(full);
  CHECK(dropped() - before == 1);
}

TEST_CASE("log writer: a descriptor that does not block is waited for, by the writer alone [issue 14]") {
  Pipe pipe;
  ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  LogWriter writer(pipe.ends[1]);
  for (int i = 0; i < 256; ++i) writer.write(kLine);  // four times what a pipe holds
  CHECK(pipe.read(256 * kLine.size()).size() == 256 * kLine.size());
  CHECK(writer.flush(kLong));
}

TEST_CASE("log writer: a file that was moved aside is left at the next reopening [issue 14]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "router.log";
  LogWriter writer(STDERR_FILENO);
  REQUIRE(writer.open(path.string()));
  writer.write("before\n");
  CHECK(writer.flush(kLong));
  std::filesystem::rename(path, folder.path() / "router.log.1");
  writer.write("aside\n");
  writer.reopen();
  CHECK(writer.flush(kLong));
  writer.write("after\n");
  CHECK(writer.flush(kLong));
  CHECK(content(folder.path() / "router.log.1") == "before\naside\n");
  CHECK(content(path) == "after\n");
}

TEST_CASE("log writer: a file that cannot be opened is an error that names it [issue 14]") {
  const TemporaryFolder folder;
  LogWriter writer(STDERR_FILENO);
  const auto opened = writer.open((folder.path() / "nowhere" / "router.log").string());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().detail.find("nowhere/router.log") != std::string::npos);
}

}  // namespace router::log_writer_test
