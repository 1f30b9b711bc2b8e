// What answers a matched route: a back-end over HTTP, a folder, a built-in service.
//
// One interface for all, so that the pipeline ends in one call. serve() either answers through the exchange and
// returns success, or returns an Error before the response has started (the pipeline makes the error page), or an
// Error after it (the connection is closed: never a second response).
// Owner: the graph. Threads: serve() on the exchange's loop; implementations are immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/request_facts.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "net/backend_connection.h"
#include "net/exchange.h"
#include "routing/route_table.h"
#include "session/cookie_names.h"
#include "session/live_connections.h"
#include "session/store.h"

namespace router::backend {

// What the pipeline adds to every response; it is told about each head before it goes out.
class ReplyHead {
 public:
  virtual ~ReplyHead() = default;
  // `fields`: those so far; what is added may refer to the request's facts. `upstream_time`: until the back-end's head;
  // negative without one.
  virtual void complete(http::Fields& fields, base::milliseconds upstream_time) = 0;
};

// Gives a browser that has no session an anonymous one, for a back-end's cookies; its cookie goes out with the answer.
// From then on it is the request's (User::anonymous).
class SessionOpener {
 public:
  virtual ~SessionOpener() = default;
  // Null: there is no place for it now, and the cookies are lost.
  virtual base::Task<session::Snapshot> open(std::vector<session::BackendCookie> jar) = 0;
};

// A request as the earlier stages left it, and what serves it. References outlive serve().
struct Call {
  net::Exchange& exchange;
  const RequestFacts& facts;
  const routing::RouteMatch& match;
  net::BackendPool& pool;  // of this loop
  session::Store& sessions;
  session::LiveConnections& live;
  const session::CookieNames& own_cookies;
  const base::Clock& clock;
  SessionOpener* opener = nullptr;  // null: this browser may not be given a session
  bool authenticated = false;       // the route asks for a login, and authenticationMethod is not none
  bool cors_is_ours = false;        // the descriptor's cors has answered for this request's Origin
  ReplyHead& reply;

  // Told back for the access log.
  int status = 0;
  std::uint64_t bytes_sent = 0;
  base::milliseconds upstream_time{-1};

  const config::Route& route() const { return *match.route; }
  bool csrf_is_ours() const { return authenticated && !facts.user.is_caller && route().csrf_protection; }
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual base::Task<base::Result<void>> serve(Call& call) = 0;
  // Whether what it calls gets the user's access token (config/token_rule.h), so that an expired one will not do.
  virtual bool takes_user_token() const { return false; }
};

}  // namespace router::backend
