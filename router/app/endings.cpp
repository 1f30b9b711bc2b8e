#include "app/endings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/guarded.h"
#include "base/json_text.h"
#include "base/log.h"
#include "crypto/random.h"

namespace router::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

using nlohmann::ordered_json;

// Looked up at a time: little enough that the look-up holds the loop up for a few milliseconds, whatever the store holds.
constexpr std::size_t kLookedUp = 500;
constexpr std::size_t kFingerprintDigits = 12;
constexpr std::size_t kMostOfFingerprint = 10;
constexpr std::size_t kIdBytes = 12;

session::SessionFilter filter_for(const management::EndWish& wish, base::WallTime now) {
  session::SessionFilter filter;
  filter.user_name = wish.user;
  filter.tenant = wish.tenant;
  filter.provider = wish.provider;
  filter.created_until = now;
  filter.any_order = true;
  return filter;
}

bool is_fingerprint(std::string_view text) {
  return text.size() == kFingerprintDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error no_such_session() { return {ErrorCode::not_found, Side::client, "no such session"}; }

}  // namespace

std::string_view to_string(EndingState state) {
  switch (state) {
    case EndingState::running:
      return "running";
    case EndingState::done:
      return "done";
    case EndingState::failed:
      return "failed";
  }
  return "unknown";
}

std::string to_json(const Ending& ending) {
  ordered_json shown{{"id", ending.id},
                     {"state", to_string(ending.state)},
                     {"what", ending.what},
                     {"matching", ending.matching},
                     {"more", ending.more},
                     {"ended", ending.ended},
                     {"started", base::unix_seconds(ending.started)}};
  if (ending.finished) shown["finished"] = base::unix_seconds(*ending.finished);
  if (!ending.logout_id.empty()) shown["logout_id"] = ending.logout_id;
  if (!ending.fault.empty()) shown["reason"] = ending.fault;
  return base::json_text(shown);
}

Task<Result<std::string>> Endings::begin(management::EndWish wish) {
  const auto now = given_.clock.wall();
  auto filter = filter_for(wish, now);
  auto counting = count(filter, wish.all);
  const auto matching = co_await counting;
  if (!matching) co_return matching.error();
  if (wish.dry_run) {
    co_return base::json_text(ordered_json{{"dry_run", true}, {"matching", matching->count}, {"more", matching->more}});
  }
  if (running() >= kMostRunning) {
    co_return Error{ErrorCode::overloaded, Side::client, "as many endings as may be are under way"};
  }
  auto ending = std::make_shared<Ending>();
  ending->id = "end-" + crypto::random_token(kIdBytes);
  ending->what = described(wish);
  ending->matching = matching->count;
  ending->more = matching->more;
  ending->started = now;
  keep(ending);
  auto begun = to_json(*ending);
  // not before the answer is on its way
  given_.loop.post([this, ending, filter = std::move(filter)] { base::start_detached(run(this, ending, filter)); });
  co_return begun;
}

Task<Result<Endings::Matching>> Endings::count(Filter filter, bool all) {
  if (all) {
    auto counting = given_.store.counts();
    const auto counts = co_await counting;
    if (!counts) co_return counts.error();
    co_return Matching{counts->live, false};
  }
  auto selecting = given_.store.select(std::move(filter), kMostCounted);
  const auto found = co_await selecting;
  if (!found) co_return found.error();
  co_return Matching{found->size(), found->size() == kMostCounted};
}

Task<void> Endings::run(Endings* self, std::shared_ptr<Ending> ending, Filter filter) {
  std::optional<Error> fault;
  std::vector<session::SessionId> stayed;  // of the look-up before, if none of them was ended here
  for (bool more = true; more && !fault;) {
    auto ending_some = base::guarded(self->end_some(ending, filter));
    auto looked = co_await ending_some;
    if (!looked) {
      fault = looked.error();
      continue;
    }
    // another replica may have ended all of them meanwhile; who is named again stays, and is somebody else's to end
    const bool stays = looked->ended == 0 && !looked->found.empty() &&
                       std::find(stayed.begin(), stayed.end(), looked->found.front()) != stayed.end();
    more = looked->found.size() == kLookedUp && !stays;
    stayed.clear();
    if (looked->ended == 0) stayed = std::move(looked->found);
  }
  ending->finished = self->given_.clock.wall();
  ending->state = fault ? EndingState::failed : EndingState::done;
  if (fault) ending->fault = fault->detail;
  base::log_info("management.ended", {{"audit", true},
                                      {"ending", ending->id},
                                      {"what", ending->what},
                                      {"sessions", ending->ended},
                                      {"fault", ending->fault}});
}

// What has ended counts, even if the rest could not be ended.
Task<Result<Endings::Looked>> Endings::end_some(std::shared_ptr<Ending> ending, Filter filter) {
  auto selecting = given_.store.select(std::move(filter), kLookedUp);
  auto found = co_await selecting;
  if (!found) co_return found.error();
  Looked looked;
  for (const auto& session : *found) looked.found.push_back(session->id);
  for (std::size_t at = 0; at < found->size(); at += kBatch) {
    if (given_.is_stopping()) co_return Error{ErrorCode::cancelled, Side::router, "the router is stopping"};
    const auto first = found->begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(kBatch, found->size() - at));
    logout::Selection selection;
    selection.sessions.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    selection.is_paced = true;
    auto logging_out = given_.end(std::move(selection));
    auto ended = co_await logging_out;
    if (!ended) co_return ended.error();
    looked.ended += ended->sessions;
    ending->ended += ended->sessions;
    if (ending->logout_id.empty()) ending->logout_id = std::move(ended->logout_id);
    if (ended->failure) co_return *ended->failure;
    co_await base::sleep_for(given_.loop, kPause);
  }
  co_return looked;
}

Task<Result<std::string>> Endings::end_one(std::string fingerprint) {
  if (!is_fingerprint(fingerprint)) co_return no_such_session();
  Filter filter;
  filter.fingerprint = std::move(fingerprint);
  auto selecting = given_.store.select(std::move(filter), kMostOfFingerprint);
  auto found = co_await selecting;
  if (!found) co_return found.error();
  logout::Selection selection;
  selection.sessions = *std::move(found);
  if (selection.sessions.empty()) co_return no_such_session();
  auto logging_out = given_.end(std::move(selection));
  const auto ended = co_await logging_out;
  if (!ended) co_return ended.error();
  if (ended->failure) co_return *ended->failure;
  if (ended->sessions == 0) co_return no_such_session();
  co_return base::json_text(ordered_json{{"ended", ended->sessions}, {"logout_id", ended->logout_id}});
}

std::shared_ptr<const Ending> Endings::find(std::string_view id) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one->id == id; });
  return found == kept_.end() ? nullptr : *found;
}

void Endings::keep(std::shared_ptr<Ending> ending) {
  kept_.push_back(std::move(ending));
  if (kept_.size() <= kKept) return;
  // one that goes on stays known
  const auto over =
      std::find_if(kept_.begin(), kept_.end(), [](const auto& one) { return one->state != EndingState::running; });
  kept_.erase(over == kept_.end() ? kept_.begin() : over);
}

std::size_t Endings::running() const {
  return static_cast<std::size_t>(
      std::count_if(kept_.begin(), kept_.end(), [](const auto& one) { return one->state == EndingState::running; }));
}

}  // namespace router::app
