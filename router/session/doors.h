// The limits of every door with a password or our own credentials behind it: REST login, basic, service
// callers with a password, token revocation.
//
// Three limits a minute: tries of an address (right or wrong: each costs the provider a call with our
// credentials), failures of an address, failures on an account from wherever. An IPv6 address counts by its
// first 64 bits and users are compared without regard to ASCII case, since neither makes another home or
// another user. A right password forgets its account's failures, not its address's: else one own account
// would pay for guessing at others. Failures count on whatever replica they happen (SharedState), as soon as they have
// happened; tries, and how many may be under way at once, are each replica's own. Where the store is away, so are
// failures. Owner: app/parts, one per process, beyond reloads. Background loop only. Time is steady. Source: docs/contract/logout.md section 3; OWASP ASVS 2.2.1.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "session/address_limit.h"
#include "session/shared_state.h"
#include "session/throttle.h"

namespace router::session {

struct DoorLimits {  // a minute; 0 = no limit
  unsigned tries_per_address = 60;
  unsigned failures_per_address = 10;
  unsigned failures_per_account = 5;
};

class Doors {
 public:
  using Outcome = Throttle::Outcome;
  using Admission = Throttle::Admission;

  // Who knocks.
  struct Visitor {
    // `realm`: whose accounts they are. `address`: of the client.
    Visitor(std::string_view realm, std::string_view account, std::string_view address);
    Throttle::Key account;
    Throttle::Key home;
    std::string address;
  };

  // `shared`: null where there are no other replicas; outlives this object.
  explicit Doors(DoorLimits limits = {}, SharedState* shared = nullptr);

  // Where it is admitted, the caller tells how it went, once.
  Admission begin(const Visitor& visitor, base::SteadyTime now);
  void settle(const Visitor& visitor, Outcome outcome);

  // What the other replicas have seen of this visitor: refused for so long. `visitor` outlives the Task.
  base::Task<std::optional<base::seconds>> refused_elsewhere(const Visitor& visitor);
  base::Task<void> tell_elsewhere(const Visitor& visitor, Outcome outcome);

 private:
  base::Task<std::optional<base::seconds>> look_elsewhere(Kind kind, std::string key, unsigned limit);
  base::Task<void> count_elsewhere(Kind kind, std::string key);

  const DoorLimits limits_;
  SharedState* const shared_;
  AddressLimit tries_;
  Throttle addresses_;
  Throttle accounts_;
};

// begin(), as soon as there is room: refused for so long, or admitted. References outlive the Task.
base::Task<std::optional<base::seconds>> admit(Doors& doors, const base::Clock& clock, const Doors::Visitor& visitor);
// How it went, for whoever was admitted, here and on all replicas. References outlive the Task.
base::Task<void> conclude(Doors& doors, const Doors::Visitor& visitor, Doors::Outcome outcome);

}  // namespace router::session
