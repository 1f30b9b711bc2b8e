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

class Operations {
 public:
  virtual ~Operations() = default;

  virtual Readiness readiness() = 0;
  // What is looked at rather than counted: loops, pools, stores, the process. What did not answer in time is left out.
  virtual std::vector<base::MetricReading> measured() = 0;
  // The configuration in force, as JSON, without secrets.
  virtual std::string configuration() = 0;
  // Calls `work` after that time, on a thread of the router's, if it still runs then.
  virtual void after(base::minutes time, std::function<void()> work) = 0;
  // Errors of both: unavailable (no answer in time).
  virtual base::Result<ReloadOutcome> reload() = 0;
  // Errors: also bad_request (no such request).
  virtual base::Result<std::string> explain(ExplainQuestion question) = 0;
  // Receipts of logouts, as JSON, and the keys they are signed with, as JWKS. Errors of all: unavailable; of one also
  // not_found.
  virtual base::Result<std::string> receipts(ReceiptQuestion question) = 0;
  virtual base::Result<std::string> receipt(std::string logout_id, bool as_jws) = 0;
  virtual base::Result<std::string> receipt_keys() = 0;
};

}  // namespace router::management
