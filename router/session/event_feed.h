// One event stream of session.js: tells a browser how long its session lives if nobody uses it, and when it
// is over.
//
// Server-sent events: `left` with milliseconds, at once and every 10 s; `over`, then the end. Looking never
// touches the session. When the router stops, the stream ends without `over`, and the browser comes back to
// another one. Runs on the exchange's loop; everything that Feed refers to outlives run(). Errors: closed
// (the browser is gone); the store being away only keeps `left` back. Source: docs/contract/logout.md section 1 "After
// logout nothing is left"; WHATWG HTML 9.2.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "net/exchange.h"
#include "session/access.h"

namespace router::session {

inline constexpr base::milliseconds kFeedBeat{10'000};
http::Fields feed_fields();

struct Feed {
  net::Exchange& exchange;
  Access sessions;
  SessionId session;
  std::string address;                  // of the client, for the limit
  http::Fields fields = feed_fields();  // and what every reply carries beside these
};

// false: there are too many streams, nothing has been answered.
base::Task<base::Result<bool>> run_event_feed(Feed feed);

}  // namespace router::session
