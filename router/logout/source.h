// One way of asking for a logout: recognises and verifies, never acts.
//
// A new protocol is one Source pair in sources/, one line in sources.cpp and one column of tests.
// Owner: Service. may_handle() and wants_body() are called from any thread for every request: no state, and
// hardly ever an allocation. A request whose body is wanted is recognised whatever may_handle() said.
// recognise() runs on the background loop, which owns the state a source may have. preview() is pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "http/external.h"
#include "http/message.h"
#include "logout/trigger.h"
#include "session/session.h"

namespace router::logout {

using base::Result;
using base::Task;

// Bodies are read up to one byte more, so that a longer one can be told.
inline constexpr std::size_t kMaxBody = 64 * 1024;

struct SourceInput {
  const http::Request& request;
  const http::External& external;
  session::Snapshot session;  // of the request's cookie; may be null
  std::string body;           // empty unless wants_body(); longer than kMaxBody: it was cut there
  // Of the HTML5 repository's application whose path this is, with an endpoint of its own; null: the descriptor's.
  std::shared_ptr<const config::Configuration> application = nullptr;
};

// A logout, a token that is taken back, tokens that are to be renewed, or an answer that changes nothing (403, 405, a
// confirmation, a CSRF token).
using Recognition = std::variant<Trigger, TokenToRevoke, TokensToRenew, http::Response>;

class Source {
 public:
  virtual ~Source() = default;

  virtual std::string_view name() const = 0;
  // False: certainly not mine. True: perhaps.
  virtual bool may_handle(std::string_view method, std::string_view path, std::string_view query) const = 0;
  virtual bool wants_body(const http::Request&) const { return false; }
  // What an address gets that sends more than anybody honest does; its request costs nothing else. On the request's loop,
  // of every request that may be one of any source's. Any thread.
  virtual std::optional<http::Response> refuse_flood(const http::Request&, std::string_view) const {
    return std::nullopt;
  }
  // Absent: the request is none of this source's business.
  virtual Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) = 0;
  // What is answered where it could not be carried out (the store is away), in the protocol's own form. Absent: the
  // 503 of every request.
  virtual std::optional<http::Response> failure() const { return std::nullopt; }
  // False: it only answers, nobody is ever logged out.
  virtual bool ends_sessions() const { return true; }
  // What an ordinary navigation to this target would trigger; for `xs-router explain`.
  virtual std::optional<Trigger> preview(std::string_view method, const http::Target& target) const = 0;
};

}  // namespace router::logout
