// The way to a host: its name is looked up, and the first of its addresses that answers is taken.
//
//   Reaching reaching(loop, names, host, port);
//   auto way = reaching.run();
//   auto reached = co_await way;
//
// Whoever gives it up meanwhile (a deadline, somebody who closes) gets what there was until then, never a socket. Owner:
// the coroutine that connects, on the loop. Included by net/*.cpp only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "net/connect_race.h"
#include "net/names.h"

namespace router::net {

struct Reached {
  std::optional<Socket> socket;  // absent: why not
  bool has_addresses = false;    // else the look-up has failed
  std::string look_up_fault;
  bool overloaded = false;  // too many look-ups
  error_code reason;

  // The error of a look-up that has failed: `error`, with what has been said of that name.
  base::Error look_up_error(base::Error error, const std::string& name) const;
};

class Reaching {
 public:
  // `names` outlives it.
  Reaching(AsioLoop& loop, Names& names, std::string host, std::uint16_t port)
      : loop_(loop), names_(names), host_(std::move(host)), port_(port) {}

  base::Task<Reached> run();
  void give_up() {
    given_up_ = true;
    if (end_step_) end_step_();
  }

 private:
  AsioLoop& loop_;
  Names& names_;
  const std::string host_;
  const std::uint16_t port_;
  std::function<void()> end_step_;  // the look-up or the connecting under way
  bool given_up_ = false;
};

}  // namespace router::net
