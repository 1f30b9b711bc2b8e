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

std::string text_of(const session::Position& position) { return std::to_string(position.number) + "-" + position.name; }

std::optional<session::Position> parse_position(const std::string& text) {
  const auto parts = base::cut(text, '-');
  const auto number = base::parse_unsigned(parts.before);
  if (!number || !parts.after) return std::nullopt;
  return session::Position{*number, std::string(*parts.after)};
}

// So long before; the beginning of time where that is too long.
base::WallTime before(base::WallTime now, std::uint64_t seconds) {
  constexpr std::uint64_t kMostSeconds = 10ULL * 365 * 24 * 3'600;
  return now - base::seconds(static_cast<std::int64_t>(std::min(seconds, kMostSeconds)));
}

session::SessionFilter filter_of(const management::SessionQuestion& question, base::WallTime now) {
  session::SessionFilter filter;
  filter.user_name = question.user;
  filter.tenant = question.tenant;
  filter.provider = question.provider;
  filter.destination = question.destination;
  filter.fingerprint = question.fingerprint;
  if (question.oldest) filter.created_from = before(now, *question.oldest);
  if (question.youngest) filter.created_until = before(now, *question.youngest);
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

ordered_json shown_session(const session::Listed& listed, base::WallTime now) {
  const auto& session = *listed.session;
  const auto age = std::max<std::int64_t>(base::unix_seconds(now) - base::unix_seconds(session.created), 0);
  auto shown = told_session(session);
  shown["age_seconds"] = age;
  if (const auto unused = unused_for(session, listed.left, now)) shown["unused_seconds"] = *unused;
  shown["ends_in_seconds"] = listed.left.count() / 1'000;
  if (!session.ended_applications.empty()) shown["ended_applications"] = session.ended_applications;
  shown["holds"] = what_it_holds(session);
  return shown;
}

}  // namespace

ordered_json told_session(const session::Session& session) {
  return {{"fingerprint", session.id.fingerprint()},
          {"kind", session.is_anonymous ? "anonymous" : "user"},
          {"user", session.user_name},
          {"user_fingerprint", session::user_fingerprint(session.user_name)},
          {"tenant", session.tenant},
          {"provider", session.provider},
          {"created", base::unix_seconds(session.created)}};
}

Task<Result<std::string>> list_sessions(session::Store& store, const base::Clock& clock,
                                        management::SessionQuestion question) {
  auto after = parse_position(question.cursor);
  if (!question.cursor.empty() && !after) {
    co_return base::Error{base::ErrorCode::bad_request, base::Side::client, "cursor: that of the page before"};
  }
  const auto now = clock.wall();
  auto listing = store.page(filter_of(question, now), std::move(after), question.limit + 1);
  auto sessions = co_await listing;
  if (!sessions) co_return sessions.error();
  const bool has_more = sessions->size() > question.limit;
  if (has_more) sessions->resize(question.limit);
  ordered_json list = ordered_json::array();
  for (const auto& one : *sessions) list.push_back(shown_session(one, now));
  ordered_json body{{"sessions", std::move(list)}};
  if (has_more) body["next_cursor"] = text_of(sessions->back().position);
  co_return base::json_text(body);
}

}  // namespace router::app
