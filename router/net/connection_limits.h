// How many connections clients may have, counted once for the whole process: the kernel spreads them unevenly
// over the loops, so that shares of a limit would refuse a client at one loop while others have room.
//
// An address is what base/ip_address.h calls a home. Any thread: without a limit per address one atomic
// counter, with one a lock for a moment. Owner: app/Router; outlives all places.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace router::net {

class ConnectionLimits {
 public:
  // 0: no limit.
  ConnectionLimits(std::size_t most, std::size_t most_per_address) : most_(most), most_per_address_(most_per_address) {}
  ConnectionLimits(const ConnectionLimits&) = delete;
  ConnectionLimits& operator=(const ConnectionLimits&) = delete;

  // Of one connection; given back when it dies.
  class Place {
   public:
    Place(ConnectionLimits& owner, std::string home) : owner_(owner), home_(std::move(home)) {}
    ~Place() { owner_.leave(home_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    ConnectionLimits& owner_;
    std::string home_;
  };

  // Null: there is no room. `address`: of the peer.
  std::shared_ptr<Place> admit(std::string_view address);
  std::size_t count() const { return count_; }

 private:
  bool enter(const std::string& home);
  void leave(const std::string& home);

  const std::size_t most_;
  const std::size_t most_per_address_;
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, std::size_t> per_home_;
};

}  // namespace router::net
