#include "logout/signal_poller.h"

#include <algorithm>

#include "base/backoff.h"
#include "base/guarded.h"
#include "base/log.h"

namespace router::logout {

using base::milliseconds;
using base::Result;
using base::Task;

namespace {

// A transmitter that does not wait is asked no more often.
constexpr milliseconds kShortestPoll{1'000};
// RFC 8935 section 2: what is longer is no token for this router either.
constexpr std::size_t kLongestSet = 64 * 1024;

base::Error no_stream(const std::string& why) {
  return {base::ErrorCode::not_found, base::Side::identity_provider, why};
}

bool names(const std::vector<std::string>& audiences, const std::string& audience) {
  return std::find(audiences.begin(), audiences.end(), audience) != audiences.end();
}

}  // namespace

void SignalPoller::stop() {
  leave();
  stopped_ = true;
  if (lease_) base::start_detached(give_back());
}

Task<void> SignalPoller::give_back() {
  const auto self = shared_from_this();
  auto releasing = given_.shared.release(*std::exchange(lease_, std::nullopt));
  const auto released = co_await releasing;
  if (!released) base::log_warning("signals.lease_kept", {{"fault", describe(released.error())}});
}

void SignalPoller::again_in(milliseconds pause) {
  given_.loop.after(pause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && !self->stopped_) base::start_detached(turn(self));
  });
}

milliseconds SignalPoller::spread(milliseconds pause) const {
  return milliseconds(static_cast<long long>(static_cast<double>(pause.count()) * (0.75 + given_.random() / 2)));
}

Task<void> SignalPoller::turn(std::shared_ptr<SignalPoller> self) {
  auto polling = base::guarded(self->poll());
  const auto polled = co_await polling;
  if (self->stopped_) co_return;
  if (polled) {
    self->again_in(*polled);
    co_return;
  }
  const auto pause = self->spread(base::backoff_delay(++self->faults_));
  self->endpoint_.clear();
  self->state().fault = describe(polled.error());
  base::log_warning("signals.poll",
                    {{"transmitter", self->issuer()}, {"fault", self->state().fault}, {"again_in_ms", pause.count()}});
  self->again_in(pause);
}

// How long until the next one.
Task<Result<milliseconds>> SignalPoller::poll() {
  auto asking = may_poll();
  const auto may = co_await asking;
  if (!may) co_return may.error();
  if (!*may) co_return spread(kLookForLease);
  if (endpoint_.empty()) {
    auto finding = find_stream();
    const auto found = co_await finding;
    if (!found) co_return found.error();
  }
  const auto began = given_.clock.steady();
  auto request = std::exchange(next_, {});
  const bool at_once = std::exchange(asks_at_once_, true);
  request.returns_immediately = at_once;
  std::string endpoint = endpoint_;
  auto polling = client_->poll(std::move(endpoint), std::move(request));
  auto polled = co_await polling;
  // nothing has come until now; whether it is there at all, the next one says
  const bool is_quiet = !polled && polled.error().code == base::ErrorCode::timeout && !at_once;
  if (is_quiet) polled = identity::PolledSets();
  if (!polled) co_return polled.error();
  asks_at_once_ = is_quiet;
  if (stopped_) co_return milliseconds(0);
  faults_ = 0;
  state().fault.clear();
  const auto count = polled->sets.size();
  auto taking = take_all(std::move(polled->sets));
  const bool are_all = co_await taking;
  const auto took = std::chrono::duration_cast<milliseconds>(given_.clock.steady() - began);
  const bool is_idle = count == 0 && !at_once;
  const milliseconds at_least = is_idle || !are_all ? kShortestPoll : milliseconds(1000 * count / kPerSecond);
  co_return std::max(milliseconds(0), at_least - took);
}

Task<Result<bool>> SignalPoller::may_poll() {
  if (lease_) {
    auto extending = extend_lease();
    const auto is_ours = co_await extending;
    if (!is_ours) co_return is_ours.error();
    if (*is_ours) co_return true;
  }
  const auto began = given_.clock.steady();
  auto leasing = given_.shared.lease("signals " + issuer(), kLease);
  auto lease = co_await leasing;
  if (!lease) co_return lease.error();
  lease_ = *std::move(lease);
  extended_ = began;
  if (lease_ && !stopped_) {
    state().is_polling = true;
  } else {
    leave();
  }
  if (lease_ && stopped_) co_await give_back();
  co_return lease_.has_value();
}

Task<Result<bool>> SignalPoller::extend_lease() {
  const auto began = given_.clock.steady();
  session::Lease lease = *lease_;
  auto extending = given_.shared.extend(std::move(lease), kLease);
  const auto is_ours = co_await extending;
  extended_ = began;
  if (is_ours && *is_ours) co_return true;
  // whoever has it now gets them again, and what is on record counts once
  lease_.reset();
  next_ = {};
  leave();
  co_return is_ours;
}

// From now on it is another one's to say how the stream does.
void SignalPoller::leave() {
  if (stopped_) return;
  state().is_polling = false;
  state().fault.clear();
}

Task<Result<void>> SignalPoller::find_stream() {
  auto listing = client_->streams();
  const auto streams = co_await listing;
  if (!streams) co_return streams.error();
  const auto& audience = client_->transmitter().audience;
  const auto found = std::find_if(streams->begin(), streams->end(), [&](const auto& stream) {
    return stream.is_polled && names(stream.audiences, audience);
  });
  if (found == streams->end())
    co_return no_stream("there is no stream to be polled for " + audience + ": xs-router signals create " + issuer());
  if (found->endpoint.empty()) co_return no_stream("the stream does not say where it is polled");
  endpoint_ = found->endpoint;
  co_return Result<void>();
}

// False: some have to come again, or another replica has the stream. One that cannot be looked at now holds no other up.
Task<bool> SignalPoller::take_all(std::vector<std::pair<std::string, std::string>> sets) {
  bool are_all = true;
  for (auto& [jti, token] : sets) {
    if (stopped_) co_return false;
    if (given_.clock.steady() - extended_ >= kExtendEvery) {
      auto extending = extend_lease();
      const auto is_ours = co_await extending;
      if (!is_ours || !*is_ours) co_return false;
    }
    TakenSignal taken;
    if (token.size() > kLongestSet) {
      taken.refused = identity::RefusedSet{identity::SetFault::invalid_request, "the token is too large"};
    } else {
      auto taking = given_.take(issuer(), std::move(token));
      taken = co_await taking;
    }
    if (taken.is_on_record) {
      next_.acknowledged.push_back(std::move(jti));
    } else if (taken.refused) {
      next_.refused.emplace_back(std::move(jti), *std::move(taken.refused));
    } else {
      are_all = false;
    }
  }
  co_return are_all;
}

}  // namespace router::logout
