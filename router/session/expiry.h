// Sessions that time out: taken from the store and handed on, on the background loop.
//
// Looks every second; takes small batches, one after the other, never the next before the receiver has
// finished with the last and a pause has passed, so that neither the loop nor the fan-out is flooded when
// many end together (docs/contract/logout.md section 1, docs/contract/reliability.md O8). A store that is away is asked
// again a second later. Owner: app/parts, which calls stop() before the loop ends; `store` and `loop` outlive the
// running Task.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/loop.h"
#include "base/task.h"
#include "session/store.h"

namespace router::session {

// Sessions that are dead already and whose back-ends have to hear of it. Runs on the background loop.
using SessionsOver = std::function<base::Task<void>(std::vector<Snapshot>)>;

class Expiry {
 public:
  static constexpr base::milliseconds kInterval{1'000};
  static constexpr base::milliseconds kPause{20};
  static constexpr std::size_t kBatch = 256;

  Expiry(Store& store, base::Loop& loop, SessionsOver timed_out);
  ~Expiry() { stop(); }

  // On the loop.
  void start();
  // Nothing new is taken; a batch under way is finished.
  void stop() { *stopped_ = true; }

 private:
  struct Work {
    Store& store;
    base::Loop& loop;
    SessionsOver timed_out;
  };
  using Flag = std::shared_ptr<bool>;
  // A timer, not a sleeping coroutine: a loop that ends lets go of it.
  static void look_after(std::shared_ptr<Work> work, Flag stopped, base::milliseconds pause);
  static base::Task<void> look(std::shared_ptr<Work> work, Flag stopped);
  // How many were handed on.
  static base::Task<std::size_t> hand_on_batch(Work& work);

  std::shared_ptr<Work> work_;
  Flag stopped_ = std::make_shared<bool>(true);
};

}  // namespace router::session
