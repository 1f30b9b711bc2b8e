// Where sessions live. Every store passes tests/session/store_contract.h.
//
// The rules all stores share:
//  - end() returns the session to exactly one caller, however many ask at once, on however many replicas; from
//    then on the id is dead for good (a tombstone, kept longer than any request may run): find, replace and used
//    say no. A crash forgets that only before told() or keep_ends(): whoever ended it waits for one of them ahead of its
//    answer.
//  - replace() succeeds only for the generation it was based on; who changes a session goes by session/change.h.
//  - Sessions have limits (StoreLimits): who comes in when there are as many already makes the oldest end, which
//    take_expired() hands out. Anonymous ones have limits of their own and never make a user's session end.
//  - used() costs O(1) and moves the idle deadline, in the end exactly; a medium hears of it at most once in a tenth of
//    the idle time, and at least every minute, of the last use in that span. A session that is not used for its
//    idle_timeout is ended by the store itself and handed to take_expired().
//  - Whoever is handed the last state of a session, by end() or take_expired(), says told() when its back-end calls are
//    recorded. Where that does not come for a minute, or before the process ends, take_expired() hands it out again: no
//    logout gets lost between the store and the outbox.
// Threads: any; every Task resumes on the loop that awaited it. The memory store never suspends; stores behind a file or
// a socket do.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "session/health.h"
#include "session/session.h"
#include "session/shared_state.h"

namespace router::session {

struct Counts {
  std::uint64_t live = 0;
  std::uint64_t anonymous = 0;  // of those
  std::uint64_t created = 0;
  std::uint64_t ended = 0;
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
};

// 0: no limit.
struct StoreLimits {
  std::size_t sessions = 0;               // of users (LIMIT_SESSIONS)
  std::size_t anonymous = 0;              // LIMIT_ANONYMOUS_SESSIONS
  std::size_t anonymous_per_address = 0;  // LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS; that address's oldest one goes
};

// Empty fields match all. With `idp_session_id` and `subject` both, a session fits by its `sid`; one whose login came
// without a `sid` fits by its subject, as it may be the one that is meant.
struct SessionFilter {
  std::string issuer;
  std::string subject;
  std::string idp_session_id;
  std::string user_name;
  std::string tenant;
  std::optional<std::string> subdomain;         // of the host they were made on; "" is one, too
  std::string provider;                         // binding name
  std::string destination;                      // that they hold a cookie of
  std::string fingerprint;                      // SessionId::fingerprint()
  std::string address;                          // one of Session::addresses
  std::optional<base::WallTime> created_from;   // not before
  std::optional<base::WallTime> created_until;  // not after
  // What else has to hold, asked of those that all of the above fits; may be empty. Under locks of the store: pure, and
  // quick.
  std::function<bool(const Session&)> also = {};
  bool any_order = false;  // whichever of them come first will do: the store need not look at all
};
bool matches(const SessionFilter& filter, const Session& session);

// Where a session stands in the order in which sessions came into a store, of which alone it says something.
struct Position {
  std::uint64_t number = 0;
  std::string name;

  friend auto operator<=>(const Position&, const Position&) = default;
};
struct Listed {
  Snapshot session;
  base::milliseconds left{0};  // as time_left()
  Position position;
};

// What an identity provider has ended: of the logins that were started no later than `at`, so that the user may sign in
// again at once, those that fit `idp_session_id` and `subject` as a SessionFilter. Naming neither, it is nothing.
struct EndedAtProvider {
  std::string issuer;
  std::string idp_session_id;
  std::string subject;
  base::WallTime at;
  // false: anybody may have said so; kept apart, so that it pushes nothing out that a provider has proved.
  bool is_signed = true;
  // Whoever says so ends such a session next, and told() makes both outlive a crash.
  bool is_followed_by_end = false;
};

// A login of the same user in the same browser: `now` stands for `before`, which is over.
struct Succession {
  Snapshot before;  // its last state
  Snapshot now;
};
// Gives `next` what goes over to it from the last state of the session before.
using TakeOver = std::function<void(const Session& last, Session& next)>;

// What another replica did to a session.
struct News {
  SessionId id;         // of one that is over, or `anonymous_before` of one; nobody's credential any more
  bool is_over = true;  // false: it has changed, and may have left applications
};

class Store {
 public:
  virtual ~Store() = default;

  // Errors of all: unavailable (the store is away).
  // conflict: the id has been ended already, or the provider has ended this login (a back-channel logout that
  // came first). overloaded: too many that made room wait for take_expired().
  virtual base::Task<base::Result<void>> create(Session session) = 0;
  // In one step: `before` ends, and `next` comes in, as create(), with what `take_over` gives it. Absent: somebody else
  // has ended `before`, and nothing comes in.
  virtual base::Task<base::Result<std::optional<Succession>>> succeed(SessionId before, Session next,
                                                                      TakeOver take_over) = 0;
  // The id of what came in for `before`, ended or not; kept as long as a tombstone. Empty: nothing did. Who asks signs
  // out, never in: the dead id is nobody's credential.
  virtual base::Task<base::Result<SessionId>> successor(SessionId before) = 0;
  // Absent: unknown, ended or past its deadline.
  virtual base::Task<base::Result<std::optional<Snapshot>>> find(SessionId id) = 0;
  // `changed` carries the generation it was copied from; absent if the session changed or ended meanwhile.
  virtual base::Task<base::Result<std::optional<Snapshot>>> replace(Session changed) = 0;
  // A request of this session has ended (or a WebSocket frame came): the idle time starts anew.
  // not_found: the session is over.
  virtual base::Task<base::Result<void>> used(SessionId id) = 0;
  // How long it lives if nobody uses it; absent: it is over.
  virtual base::Task<base::Result<std::optional<base::milliseconds>>> time_left(SessionId id) = 0;
  // The last state of the session, to the one caller that ended it; absent to all others.
  virtual base::Task<base::Result<std::optional<Snapshot>>> end(SessionId id) = 0;
  // Sessions that match, oldest first, at most `limit`; a store that has to read them keeps a few times as many meanwhile.
  // `after`: those behind it alone. Page by page each that is there all the time comes once, whatever else comes and goes.
  // bad_request: a position of no use here.
  virtual base::Task<base::Result<std::vector<Listed>>> page(SessionFilter filter, std::optional<Position> after,
                                                             std::size_t limit) = 0;
  // The first page, without anything beside it.
  base::Task<base::Result<std::vector<Snapshot>>> select(SessionFilter filter, std::size_t limit);
  // So that a login still in flight does not survive it. Kept for at least 10 minutes.
  virtual base::Task<base::Result<void>> remember_ended(EndedAtProvider ended) = 0;
  // At most `limit` sessions whose time is over, or that made room for newer ones; each is returned once and
  // is dead already.
  virtual base::Task<base::Result<std::vector<Snapshot>>> take_expired(std::size_t limit) = 0;
  // The back-ends of these will hear of it whatever happens, or need not. When it returns, their ends outlive a crash.
  // overloaded: they do not.
  virtual base::Task<base::Result<void>> told(std::vector<SessionId> ids) = 0;
  // For who ends sessions and leaves it to others to say told(): when it returns, what end() has ended by now outlives a
  // crash, or waits for the medium with all else.
  virtual base::Task<void> keep_ends() { return {}; }

  // Of all replicas that share the medium, but for what has happened, which is of this process since its start.
  virtual base::Task<base::Result<Counts>> counts() = 0;
  // What this process knows of a session that may be over by now, for who signs out while the store is not reachable.
  // Null: nothing.
  virtual Snapshot last_known(const SessionId&) { return nullptr; }
  // Never waits.
  virtual Health health() const { return {}; }
  // How many sessions have ended here that the medium, and with it other replicas, hears of later. Never waits.
  virtual std::size_t unsaid() const { return 0; }
  // Set before the loops run: told, on any thread, of what other replicas did, soon after it. Where there are none, never.
  virtual void on_news(std::function<void(News)>) {}
  // What is not about sessions.
  virtual SharedState& shared() = 0;
};

// The living session that stands for one that is over, whatever number of logins lie between them; absent: none.
base::Task<base::Result<std::optional<Snapshot>>> find_successor(Store& store, SessionId ended);

// Whether what has ended here has ended everywhere.
bool is_known_everywhere(const Store& store);

}  // namespace router::session
