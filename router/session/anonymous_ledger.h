// The anonymous sessions that live, in the order of their creation, all of them and those of each address:
// who makes room where there are too many.
//
// Thread-safe; a call costs O(1) for each session that comes or goes. Owner: a store in this process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/link.h"
#include "session/session.h"

namespace router::session {

class AnonymousLedger {
 public:
  // 0: no limit.
  AnonymousLedger(std::size_t most, std::size_t most_per_address) : most_(most), most_per_address_(most_per_address) {}

  // `home`: what its address counts as (base/ip_address.h). The ids of those that have to go for it, oldest
  // first: the address's own before other people's. They are out of here already. Absent: that id is in here.
  std::optional<std::vector<SessionId>> add(const SessionId& id, const std::string& home);
  void remove(const SessionId& id);

 private:
  struct ByAge;
  struct ByAgeAtHome;
  struct Home {
    std::size_t count = 0;
    base::Link<ByAgeAtHome> oldest_first;
  };
  using Homes = std::unordered_map<std::string, Home>;
  struct Place : base::Link<ByAge>, base::Link<ByAgeAtHome> {
    SessionId id;
    Homes::value_type* home = nullptr;
  };

  // With the lock held.
  void take_out(Place& place);

  const std::size_t most_;
  const std::size_t most_per_address_;
  std::mutex mutex_;
  base::Link<ByAge> oldest_first_;  // this and the homes' lists outlive the places in them
  Homes homes_;
  std::unordered_map<std::uint64_t, Place> places_;
};

}  // namespace router::session
