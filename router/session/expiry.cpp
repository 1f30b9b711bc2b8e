#include "session/expiry.h"

#include <utility>

#include "base/guarded.h"
#include "base/log.h"

namespace router::session {

using base::Task;

Expiry::Expiry(Store& store, base::Loop& loop, SessionsOver timed_out)
    : work_(std::make_shared<Work>(Work{store, loop, std::move(timed_out)})) {}

void Expiry::start() {
  if (!*stopped_) return;
  // a flag of its own for each run: the one that was stopped must not go on because of the next
  stopped_ = std::make_shared<bool>(false);
  look_after(work_, stopped_, kInterval);
}

void Expiry::look_after(std::shared_ptr<Work> work, Flag stopped, base::milliseconds pause) {
  auto& loop = work->loop;
  loop.after(pause, [work = std::move(work), stopped = std::move(stopped)] {
    if (!*stopped) base::start_detached(look(work, stopped));
  });
}

Task<void> Expiry::look(std::shared_ptr<Work> work, Flag stopped) {
  auto batch = base::guarded(hand_on_batch(*work));
  const auto handed_on = co_await batch;
  if (!handed_on) base::log_error("session.expiry_failed", {{"detail", handed_on.error().detail}});
  const bool has_more = handed_on && *handed_on == kBatch;
  if (!*stopped) look_after(std::move(work), std::move(stopped), has_more ? kPause : kInterval);
}

Task<std::size_t> Expiry::hand_on_batch(Work& work) {
  auto taking = work.store.take_expired(kBatch);
  auto over = co_await taking;
  if (!over) {
    base::log_warning("session.expiry_failed", {{"detail", over.error().detail}});
    co_return std::size_t{0};
  }
  const auto count = over->size();
  if (count == 0) co_return count;
  base::log_info("session.timed_out", {{"sessions", count}});
  auto handing = work.timed_out(std::move(*over));
  co_await handing;
  co_return count;
}

}  // namespace router::session
