// What the management port asks of the running router.
//
// Implemented by app/; outlives the Server. Called on the port's own threads, several at a time. What only a loop knows
// is asked there (management/ask.h), so that every call ends within about 2 s, however busy the data plane is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"

namespace router::management {

// Something that the router needs to do its work.
struct Dependency {
  std::string name;
  bool ready = false;
  std::string detail;  // for people
};

struct Readiness {
  bool draining = false;
  std::vector<Dependency> dependencies;

  bool is_ready() const;
};

struct ReloadOutcome {
  bool done = false;                       // else the old configuration goes on
  std::string issues;                      // JSON, as `check --json` says them
  std::string fault;                       // why not, where it is no issue of the configuration
  std::vector<std::string> needs_restart;  // settings that hold from the next start on
};

struct ExplainQuestion {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string body = {};             // a signal's token, or its claims; empty: not looked at
};

// Which receipts; empty fields match all.
struct ReceiptQuestion {
  std::string cause;
  std::string user;
  std::string outcome;                 // of any of its calls
  std::optional<std::uint64_t> since;  // Unix seconds
  std::optional<std::uint64_t> until;
  std::optional<std::uint64_t> cursor;  // of the page before; absent: the newest
  std::size_t limit = 50;
  bool as_jws = false;
};

// Which sessions; empty fields match all.
struct SessionQuestion {
  std::string fingerprint;
  std::string user;
  std::string tenant;
  std::string provider;                   // name of its binding
  std::string destination;                // that they hold a cookie of
  std::optional<std::uint64_t> youngest;  // seconds; none that is younger
  std::optional<std::uint64_t> oldest;    // none that is older
  std::string cursor;                     // of the page before
  std::size_t limit = 50;
};

// Sessions that are to end: those of a user, of a tenant, of a provider, or all.
struct EndWish {
  std::string user;
  std::string tenant;
  std::string provider;
  bool all = false;
  bool dry_run = false;  // only how many there are
};
// For people: "user ada", "all".
std::string described(const EndWish& wish);

struct OutboxQuestion {
  std::optional<bool> dead;  // given up, or still to be told; absent: both
  std::string back_end;
  std::uint64_t cursor = 0;
  std::size_t limit = 50;
};

// Which applications of the HTML5 repository; empty fields match all.
struct ApplicationQuestion {
  std::string tenant;  // subdomain
  std::string name;    // without its version, or the first segment of its paths
  std::string cursor;  // key of the last one of the page before
  std::size_t limit = 50;
};

// Of what was given up: a call, those of a back-end, or all.
struct RetryWish {
  std::string call_id;
  std::string back_end;
};

struct Retried {
  std::size_t count = 0;
  bool more = false;                // as many as are tried at a time: ask again for the rest
  std::optional<std::size_t> left;  // still given up, of all; absent: not counted yet
};

class Operations {
 public:
  virtual ~Operations() = default;

  virtual Readiness readiness() = 0;
  // What is looked at rather than counted: loops, pools, stores, the process. What did not answer in time is left out.
  virtual std::vector<base::MetricReading> measured() = 0;
  // Both, in the time of one.
  struct Looked {
    Readiness readiness;
    std::vector<base::MetricReading> measured;
  };
  virtual Looked look() = 0;
  // The configuration in force, as JSON, without secrets. Errors: unavailable (no answer in time).
  virtual base::Result<std::string> configuration() = 0;
  // Calls `work` after that time, on a thread of the router's, if it still runs then.
  virtual void after(base::minutes time, std::function<void()> work) = 0;
  // Errors of both: unavailable (no answer in time).
  virtual base::Result<ReloadOutcome> reload() = 0;
  // Errors: also bad_request (no such request).
  virtual base::Result<std::string> explain(ExplainQuestion question) = 0;
  // Receipts of logouts, as JSON, and the keys they are signed with, as JWKS. Errors of all: unavailable; of one also
  // not_found. With the id of an ending: how far it has come.
  virtual base::Result<std::string> receipts(ReceiptQuestion question) = 0;
  virtual base::Result<std::string> receipt(std::string logout_id, bool as_jws) = 0;
  virtual base::Result<std::string> receipt_keys() = 0;
  // As JSON. Errors: unavailable, bad_request (the cursor).
  virtual base::Result<std::string> sessions(SessionQuestion question) = 0;
  // Begins to end them; how far it has come, as JSON. Errors: unavailable, overloaded (too many at once).
  virtual base::Result<std::string> end_sessions(EndWish wish) = 0;
  // Ends that one; which logout it was, as JSON. Errors: unavailable, not_found.
  virtual base::Result<std::string> end_session(std::string fingerprint) = 0;
  // How the streams of signals do, as JSON. Errors: unavailable.
  virtual base::Result<std::string> signals() = 0;
  // What back-ends have still to be told, and what was given up, as JSON. Errors: unavailable.
  virtual base::Result<std::string> outbox(OutboxQuestion question) = 0;
  // Tries a thousand again at most. Errors: unavailable; of one call also not_found.
  virtual base::Result<Retried> retry_calls(RetryWish wish) = 0;
  // Forgets a call that was given up. Errors: unavailable, not_found, conflict (it is still being tried).
  virtual base::Result<void> drop_call(std::string call_id) = 0;
  // Applications of the HTML5 repository that are kept, as JSON. Errors: unavailable.
  virtual base::Result<std::string> applications(ApplicationQuestion question) = 0;
  // Forgets what is kept of that one: whoever asks for it next asks the repository. Errors: unavailable, not_found.
  virtual base::Result<void> drop_application(std::string key) = 0;
};

}  // namespace router::management
