// A pool for tests that never forward.
#pragma once

#include <memory>

#include "net/backend_connection.h"

namespace router::test {

class UnusedPool final : public net::BackendPool {
 public:
  base::Task<base::Result<std::unique_ptr<net::BackendConnection>>> acquire(const net::BackendOrigin&,
                                                                            net::ConnectionWish&) override {
    co_return base::Error{base::ErrorCode::refused, base::Side::back_end, "there is no pool in this test"};
  }
  bool is_scarce(const net::BackendOrigin&) const override { return false; }
  base::Result<void> begin_lasting(net::BackendConnection&) override { return {}; }
  void release(std::unique_ptr<net::BackendConnection>, bool) override {}
};

}  // namespace router::test
