// Finds what is due without looking at the rest: slots of one second, in a ring.
//
// Whoever is put in is handed back once the second of its deadline has passed, or earlier, when the deadline
// lies beyond the ring; the owner then looks at the real deadline and puts it in again if it has moved on. So
// moving a deadline away costs nothing here. Steady time. Not thread-safe: the owner locks. Source: Varghese
// and Lauck, "Hashed and Hierarchical Timing Wheels".
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/clock.h"
#include "base/link.h"

namespace router::session {

class ExpiryWheel {
 public:
  struct ByDeadline;
  using Place = base::Link<ByDeadline>;

  explicit ExpiryWheel(base::SteadyTime now) : hand_(tick(now)) {}

  // Again for a place that is in already: it moves.
  void put(Place& place, base::SteadyTime deadline) {
    const auto at = std::clamp(tick(deadline), hand_, hand_ + kSlots - 1);
    place.join(slots_[static_cast<std::size_t>(at % kSlots)]);
  }

  // The next one to look at, taken out; nullptr if there is none.
  Place* take(base::SteadyTime now) {
    const auto current = tick(now);
    hand_ = std::max(hand_, current - kSlots);
    for (; hand_ < current; ++hand_) {
      auto& slot = slots_[static_cast<std::size_t>(hand_ % kSlots)];
      if (slot.alone()) continue;
      auto* place = slot.next;
      place->leave();
      return place;
    }
    return nullptr;
  }

 private:
  static constexpr std::int64_t kSlots = 512;
  static std::int64_t tick(base::SteadyTime time) {
    return std::chrono::duration_cast<base::seconds>(time.time_since_epoch()).count();
  }

  std::int64_t hand_;  // the first second that has not been emptied
  std::array<Place, kSlots> slots_;
};

}  // namespace router::session
