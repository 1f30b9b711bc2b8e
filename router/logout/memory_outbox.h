// The default outbox: keeps nothing, because the fan-out's own queue is all there is. Stateless; any thread.
#pragma once

#include "logout/outbox.h"

namespace router::logout {

class MemoryOutbox final : public Outbox {
 public:
  base::Task<base::Result<void>> record(const std::vector<Call>&) override { co_return base::Result<void>(); }
  base::Task<base::Result<void>> settle(std::string) override { co_return base::Result<void>(); }
  base::Task<base::Result<void>> bury(std::string) override { co_return base::Result<void>(); }
  base::Task<base::Result<std::vector<Call>>> take_left_behind(std::size_t) override {
    co_return std::vector<Call>();
  }
  bool is_durable() const override { return false; }
  bool is_writable() const override { return true; }
};

}  // namespace router::logout
