#include "base/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"

namespace router::base {
namespace {

const SingleCounter kDropped("xsrouter_log_lines_dropped_total",
                             "Lines of the log that a full pipe or disk did not take.");

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

int open_log_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

}  // namespace

LogWriter& LogWriter::of_process() {
  static auto* const writer = new LogWriter(STDERR_FILENO);
  return *writer;
}

LogWriter::LogWriter(int descriptor) : descriptor_(descriptor), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
  if (!path_.empty()) ::close(descriptor_);
}

Result<void> LogWriter::open(const std::string& path) {
  const int opened = open_log_file(path);
  if (opened < 0) return Error{ErrorCode::invalid_config, Side::router, path + ": " + std::strerror(errno)};
  flush(milliseconds(1'000));  // what was said before stays where it was said
  const std::lock_guard lock(mutex_);
  path_ = path;
  descriptor_ = opened;
  return {};
}

void LogWriter::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopens_ = true;
  }
  arrived_.notify_one();
}

void LogWriter::write(std::string_view lines) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + lines.size() > kMostWaiting) {
      kDropped.add(lines_in(lines));
      return;
    }
    waiting_.append(lines);
  }
  arrived_.notify_one();
}

bool LogWriter::flush(milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return settled_.wait_for(lock, at_most, [this] { return waiting_.empty() && !is_writing_ && !reopens_; });
}

void LogWriter::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return !waiting_.empty() || reopens_ || stopping_; });
    if (waiting_.empty() && !reopens_) return;
    lines.clear();
    std::swap(lines, waiting_);
    const bool reopens = std::exchange(reopens_, false);
    is_writing_ = true;
    lock.unlock();
    put(lines);
    if (reopens) open_again();
    lock.lock();
    is_writing_ = false;
    settled_.notify_all();
  }
}

void LogWriter::put(std::string_view lines) {
  char last = '\n';
  while (!lines.empty()) {
    // a line that a full disk cut ends before the next begins
    const std::string_view piece = is_torn_ ? "\n" : lines;
    const auto written = ::write(descriptor_, piece.data(), piece.size());
    if (written > 0 && is_torn_) {
      is_torn_ = false;
    } else if (written > 0) {
      last = lines[static_cast<std::size_t>(written) - 1];
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // somebody else has made it a descriptor that does not block
      pollfd writable{descriptor_, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      kDropped.add(lines_in(lines));
      is_torn_ = is_torn_ || last != '\n';
      return;
    }
  }
}

void LogWriter::open_again() {
  if (path_.empty()) return;
  const int opened = open_log_file(path_);
  if (opened < 0) {
    log_error("log.not_reopened", {{"file", path_}, {"reason", std::strerror(errno)}});
    return;
  }
  ::close(descriptor_);
  descriptor_ = opened;
}

}  // namespace router::base
