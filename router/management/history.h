// What the router did in the last 15 minutes, for lines that begin before anybody looked.
//
// A sample every five seconds, 180 are kept. Owner: the Server, whose own thread notes them; said on any thread.
// Source: docs/contract/operations.md "Console".
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "management/overview.h"

namespace router::management {

class History {
 public:
  static constexpr base::seconds kEvery{5};
  static constexpr std::size_t kKept = 180;

  // One thread. The first sample begins it, and is no point yet.
  void note(Sample sample);
  // As JSON, the oldest first.
  std::string said() const;

 private:
  std::optional<Sample> before_;
  mutable std::mutex mutex_;
  std::deque<Point> points_;
};

}  // namespace router::management
