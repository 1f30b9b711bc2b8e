// What a reload has replaced, kept until nobody can need it any more.
//
// Graphs, requests and tasks that use such a thing hold it themselves; it is given back when they are gone, but not
// before `kAtLeast`: a fetch that nobody waits for may still be on its way, and takes seconds. Background loop only, or
// before the loops run; outlives its loop's timers.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"

namespace router::app {

template <class Thing>
class Retirement {
 public:
  static constexpr base::milliseconds kAtLeast{60'000};

  Retirement(base::Loop& loop, const base::Clock& clock) : loop_(loop), clock_(clock) {}
  Retirement(const Retirement&) = delete;
  Retirement& operator=(const Retirement&) = delete;

  void add(std::shared_ptr<Thing> thing) {
    retired_.emplace_back(std::move(thing), clock_.steady());
    if (retired_.size() == 1) look_later();
  }
  std::size_t size() const { return retired_.size(); }

 private:
  void look_later() {
    loop_.after(kAtLeast, [this] {
      std::erase_if(retired_, [this](const auto& one) {
        return one.first.use_count() == 1 && clock_.steady() - one.second >= kAtLeast;
      });
      if (!retired_.empty()) look_later();
    });
  }

  base::Loop& loop_;
  const base::Clock& clock_;
  std::vector<std::pair<std::shared_ptr<Thing>, base::SteadyTime>> retired_;
};

}  // namespace router::app
