// A line at a terminal that says how far something is; it comes when that has taken a while, and goes away again.
//
//   ProgressLine line(std::cerr, clock);
//   line.show("routes read", 4'000, 20'000);   // "[######........................] 4000 of 20000 routes read"
//   line.clear();                              // before anything else is written there
//
// One thread.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace router::app {

// "[######........................] 400 of 2000"
std::string bar_of(std::int64_t done, std::int64_t all);

class ProgressLine {
 public:
  static constexpr base::milliseconds kPatience{500};  // what is over sooner needs no line
  static constexpr base::milliseconds kEvery{100};

  // Both outlive it.
  ProgressLine(std::ostream& terminal, const base::Clock& clock)
      : terminal_(terminal), clock_(clock), due_(clock.steady() + kPatience) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view what, std::size_t done, std::size_t all);
  void clear();

 private:
  std::ostream& terminal_;
  const base::Clock& clock_;
  base::SteadyTime due_;
  bool is_there_ = false;
};

}  // namespace router::app
