// Whether an endpoint answers at all: a probe of at most 300 ms, its result kept for 10 s.
//
// Any HTTP answer counts, an error status too. One probe however many ask. Owner: a provider, through
// std::shared_ptr. Loop: background. Source: docs/contract/logout.md section 5.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/single_flight.h"
#include "base/task.h"
#include "identity/parts.h"

namespace router::identity {

inline constexpr base::milliseconds kProbeTimeout{300};

class Reachability : public std::enable_shared_from_this<Reachability> {
 public:
  explicit Reachability(Parts parts) : parts_(parts) {}
  base::Task<bool> check(std::string endpoint);

 private:
  static base::Task<void> probe(std::shared_ptr<Reachability> self, std::string endpoint);

  Parts parts_;
  base::SingleFlight flight_;
  bool reachable_ = false;
  std::optional<base::SteadyTime> probed_;
};

}  // namespace router::identity
