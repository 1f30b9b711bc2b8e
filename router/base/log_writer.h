// Writes lines of the log, on a thread of its own, so that nobody who logs ever waits for a pipe or a disk.
//
// What waits is bounded (kMostWaiting): lines beyond it, and those that a full disk or a reader who has gone does not take,
// are counted (xsrouter_log_lines_dropped_total) and dropped. A line is written whole, or a line end follows what there is
// of it.
// Threads: any. The lock is held to append and to swap, never while something is written.
// Source: docs/contract/operations.md "Logs".
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/result.h"

namespace router::base {

class LogWriter {
 public:
  static constexpr std::size_t kMostWaiting = 1 << 20;

  // On standard error until open(). Lives as long as the process: threads log while it ends.
  static LogWriter& of_process();

  // `descriptor` stays the caller's. Its end waits until the last write has returned.
  explicit LogWriter(int descriptor);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // From now on to the end of that file, which is made where there is none (0640). Before there are other threads.
  Result<void> open(const std::string& path);
  // The same path anew, once what waits has been written: a file that has been moved aside is left. Where that fails the
  // old one goes on, with an error in it.
  void reopen();

  // Whole lines, each with its end.
  void write(std::string_view lines);
  // Waits until all has been written that was there; false: it took longer, and the rest is left behind.
  bool flush(milliseconds at_most);

 private:
  void run();
  void put(std::string_view lines);
  void open_again();

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable settled_;
  std::string waiting_;
  bool is_writing_ = false;
  bool reopens_ = false;
  bool stopping_ = false;
  // of the thread, once it runs
  std::string path_;  // empty: none
  int descriptor_;
  bool is_torn_ = false;  // the last line has no end
  std::thread thread_;    // last: it finds the others made
};

}  // namespace router::base
