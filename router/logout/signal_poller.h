// Fetches the tokens of one transmitter that is polled, for as long as this replica has the right to.
//
// One replica at a time, by a lease that is renewed with each poll, and every kExtendEvery while tokens are taken: one
// that dies is followed within kLease. A poll waits at the transmitter until there is something; what came is
// acknowledged with the next one, once it is on record, what was not believed is told as such, and what could not be
// looked at now comes again. At most kMostPolled tokens a poll and kPerSecond a second. After a fault it waits, for 1 s
// doubling to 60 s, of which up to a quarter is taken off or put on; a transmitter that answers at once with nothing is
// asked once a second. Where the stream is: its configuration at the transmitter says so, looked up again after each
// fault. Owner: SignalPollers, by shared_ptr; a poll under way outlives stop(), and what it brings is left where it is.
// Background loop. Source: RFC 8936 section 2; docs/contract/signals.md "In".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "identity/stream_client.h"
#include "logout/service.h"
#include "logout/signal_states.h"
#include "session/shared_state.h"

namespace router::logout {

using TakeSignal = std::function<base::Task<TakenSignal>(std::string transmitter, std::string token)>;

class SignalPoller : public std::enable_shared_from_this<SignalPoller> {
 public:
  static constexpr base::milliseconds kLease{45'000};  // longer than a poll
  static constexpr base::milliseconds kExtendEvery{15'000};
  static constexpr base::milliseconds kLookForLease{5'000};
  static constexpr unsigned kPerSecond = 1000;

  struct Given {
    base::Loop& loop;
    const base::Clock& clock;
    session::SharedState& shared;
    SignalStates& states;
    TakeSignal take;
    std::function<double()> random;  // in [0, 1)
  };
  SignalPoller(std::shared_ptr<identity::StreamClient> client, Given given)
      : client_(std::move(client)), given_(std::move(given)) {}

  void start() { again_in(base::milliseconds(0)); }
  // Another replica may go on at once.
  void stop();

 private:
  static base::Task<void> turn(std::shared_ptr<SignalPoller> self);
  base::Task<base::Result<base::milliseconds>> poll();
  base::Task<base::Result<bool>> may_poll();
  base::Task<base::Result<bool>> extend_lease();
  base::Task<base::Result<void>> find_stream();
  base::Task<bool> take_all(std::vector<std::pair<std::string, std::string>> sets);
  base::Task<void> give_back();
  void leave();
  void again_in(base::milliseconds pause);
  base::milliseconds spread(base::milliseconds pause) const;
  SignalStreamState& state() { return given_.states[issuer()]; }
  const std::string& issuer() const { return client_->transmitter().issuer; }

  const std::shared_ptr<identity::StreamClient> client_;
  const Given given_;
  std::optional<session::Lease> lease_;
  base::SteadyTime extended_;
  std::string endpoint_;  // empty: not known
  identity::PollRequest next_;
  unsigned faults_ = 0;
  bool asks_at_once_ = true;  // not known whether it answers at all
  bool stopped_ = false;
};

}  // namespace router::logout
