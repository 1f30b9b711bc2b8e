#include "app/session_queries.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/text.h"
#include "session/user_fingerprint.h"

namespace router::app {
namespace {

using base::Result;
using base::Task;
using nlohmann::ordered_json;

// Made at the same time as the one that a page ends with, or out of turn.
constexpr std::size_t kNeighbours = 100;

// Where a page ends: the list goes by both, and so knows sessions apart that were made at the same time.
struct Place {
  base::WallTime created;
  std::string fingerprint;

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Placed {
  Place place;
  session::Snapshot session;
};

std::string text_of_place(const Place& place) {
  return std::to_string(place.created.time_since_epoch().count()) + "-" + place.fingerprint;
}

std::optional<Place> parse_place(const std::string& text) {
  const auto parts = base::cut(text, '-');
  const auto count = base::parse_unsigned(parts.before);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<base::WallTime::rep>::max());
  if (!count || !parts.after || *count > kMost) return std::nullopt;
  return Place{base::WallTime(base::WallTime::duration(static_cast<base::WallTime::rep>(*count))),
               std::string(*parts.after)};
}

// So long before; the beginning of time where that is too long.
base::WallTime before(base::WallTime now, std::uint64_t seconds) {
  constexpr std::uint64_t kMostSeconds = 10ULL * 365 * 24 * 3'600;
  return now - base::seconds(static_cast<std::int64_t>(std::min(seconds, kMostSeconds)));
}

session::SessionFilter filter_of(const management::SessionQuestion& question, const std::optional<Place>& after,
                                 base::WallTime now) {
  session::SessionFilter filter;
  filter.user_name = question.user;
  filter.tenant = question.tenant;
  filter.provider = question.provider;
  filter.destination = question.destination;
  filter.fingerprint = question.fingerprint;
  if (question.oldest) filter.created_from = before(now, *question.oldest);
  if (question.youngest) filter.created_until = before(now, *question.youngest);
  if (after) filter.created_from = std::max(filter.created_from.value_or(after->created), after->created);
  return filter;
}

ordered_json what_it_holds(const session::Session& session) {
  ordered_json tokens = ordered_json::array();
  if (!session.tokens.access_token.empty()) tokens.push_back("access");
  if (!session.tokens.refresh_token.empty()) tokens.push_back("refresh");
  if (!session.tokens.id_token.empty()) tokens.push_back("id");
  ordered_json cookies = ordered_json::object();
  for (const auto& cookie : session.backend_cookies) {
    auto& count = cookies[cookie.destination];
    count = (count.is_null() ? 0 : count.get<int>()) + 1;
  }
  ordered_json services = ordered_json::array();
  for (const auto& token : session.service_tokens) services.push_back(token.service);
  return {{"tokens", std::move(tokens)}, {"cookies", std::move(cookies)}, {"services", std::move(services)}};
}

// How long nobody has used it. Absent: its latest end comes before the one that its last use has brought, which does not
// say any more when that was.
std::optional<std::int64_t> unused_for(const session::Session& session, base::milliseconds left, base::WallTime now) {
  constexpr base::seconds kInaccuracy{1};  // of the end, which a store keeps by a clock of its own
  if (session.ends_at_latest && now + left + kInaccuracy >= *session.ends_at_latest) return std::nullopt;
  const auto unused = std::max(session.idle_timeout - left, base::milliseconds(0));
  return std::chrono::duration_cast<base::seconds>(unused).count();
}

ordered_json shown_session(const Placed& placed, std::optional<base::milliseconds> left, base::WallTime now) {
  const auto& session = *placed.session;
  const auto age = std::max<std::int64_t>(base::unix_seconds(now) - base::unix_seconds(session.created), 0);
  ordered_json shown{{"fingerprint", placed.place.fingerprint},
                     {"kind", session.is_anonymous ? "anonymous" : "user"},
                     {"user", session.user_name},
                     {"user_fingerprint", session::user_fingerprint(session.user_name)},
                     {"tenant", session.tenant},
                     {"provider", session.provider},
                     {"created", base::unix_seconds(session.created)},
                     {"age_seconds", age}};
  if (left) {
    if (const auto unused = unused_for(session, *left, now)) shown["unused_seconds"] = *unused;
    shown["ends_in_seconds"] = left->count() / 1'000;
  }
  if (!session.ended_applications.empty()) shown["ended_applications"] = session.ended_applications;
  shown["holds"] = what_it_holds(session);
  return shown;
}

// Those behind the place, in the order of the list.
std::vector<Placed> in_order(std::vector<session::Snapshot> found, const std::optional<Place>& after) {
  std::vector<Placed> sessions;
  for (auto& session : found) {
    Place place{session->created, session->id.fingerprint()};
    if (!after || place > *after) sessions.push_back({std::move(place), std::move(session)});
  }
  std::sort(sessions.begin(), sessions.end(), [](const Placed& a, const Placed& b) { return a.place < b.place; });
  return sessions;
}

}  // namespace

Task<Result<std::string>> list_sessions(session::Store& store, const base::Clock& clock,
                                        management::SessionQuestion question) {
  const auto after = parse_place(question.cursor);
  if (!question.cursor.empty() && !after) {
    co_return base::Error{base::ErrorCode::bad_request, base::Side::client, "cursor: that of the page before"};
  }
  const auto now = clock.wall();
  auto selecting = store.select(filter_of(question, after, now), question.limit + 1 + kNeighbours);
  auto found = co_await selecting;
  if (!found) co_return found.error();
  auto sessions = in_order(*std::move(found), after);
  const bool has_more = sessions.size() > question.limit;
  if (has_more) sessions.resize(question.limit);
  ordered_json list = ordered_json::array();
  for (const auto& one : sessions) {
    auto asking = store.time_left(one.session->id);
    const auto left = co_await asking;
    list.push_back(shown_session(one, left ? *left : std::nullopt, now));
  }
  ordered_json body{{"sessions", std::move(list)}};
  if (has_more) body["next_cursor"] = text_of_place(sessions.back().place);
  co_return base::json_text(body);
}

}  // namespace router::app
