#include "session/restoring.h"

namespace router::session {

using base::Result;
using base::Task;

namespace {

constexpr std::size_t kRecordsAtOnce = 256;

}  // namespace

Task<Result<void>> Restoring::up_to(std::size_t kinds) {
  while (kinds_done_ < kinds) {
    auto stepping = step();
    const auto stepped = co_await stepping;
    if (!stepped) co_return stepped.error();
  }
  co_return Result<void>();
}

Task<Result<void>> Restoring::step() {
  const auto kind = kinds_done_.load();
  if (kind == kinds_.size()) co_return Result<void>();  // somebody else has done it
  const auto after = done_to_.load();
  auto reading = records_->page(kinds_.at(kind), after, kRecordsAtOnce, clock_.wall());
  const auto page = co_await reading;
  if (!page) co_return page.error();
  const std::lock_guard lock(mutex_);
  if (kinds_done_ != kind || done_to_ != after) co_return Result<void>();
  for (const auto& record : page->records) note_(kind, record);
  done_to_ = page->is_last ? 0 : page->last;
  if (page->is_last) kinds_done_ = kind + 1;
  co_return Result<void>();
}

}  // namespace router::session
