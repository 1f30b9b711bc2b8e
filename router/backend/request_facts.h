// What is known about a request, each fact once: what was asked, how it looks from outside, where it is traced, who asks.
//
// Owner: pipeline::Context, which is one. Stages fill it in; from there on everybody reads it by reference, down to the
// fields that a back-end is told. Never copied. On the request's loop; lives until the response has been sent.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "http/external.h"
#include "http/message.h"
#include "session/session.h"

namespace router::backend {

// How one request is found again: in our log and that of others.
struct Trace {
  std::string request_id;
  std::string sent_correlation_id;  // empty: none that is usable
  std::string traceparent;          // W3C Trace Context
  std::string tracestate;           // empty: none

  const std::string& correlation_id() const { return sent_correlation_id.empty() ? request_id : sent_correlation_id; }
};

struct User {
  session::Snapshot session;  // of who is signed in, or calls; null: nobody
  bool is_caller = false;     // with x-approuter-authorization: `session` is one in form, in no store
  // Where nobody is: perhaps the browser's anonymous session, for back-ends' cookies, and a login to nobody.
  session::Snapshot anonymous;
  base::Secret token;  // for the route's service, instead of the session's own; usually empty

  bool is_signed_in() const { return session && !is_caller; }
  // The session in the store, whoever's: it has the back-ends' cookies, and what is under way. Null: none.
  const session::Snapshot& stored() const { return is_signed_in() ? session : anonymous; }
};

struct RequestFacts {
  explicit RequestFacts(const http::Request& of) : request(of) {}
  RequestFacts(const RequestFacts&) = delete;
  RequestFacts& operator=(const RequestFacts&) = delete;

  const http::Request& request;
  // The target that is matched and forwarded: the request's, unless a stage put another in its place.
  std::optional<http::Target> other_target;
  const http::Target& target() const { return other_target ? *other_target : request.target; }
  // What a browser's path has before that target's: the application of the HTML5 repository, "/app"; usually nothing.
  std::string application_path;
  const std::string& client_path() const { return application_path.empty() ? target().path : request.target.path; }

  http::External external;
  Trace trace;
  User user;
  bool wants_statistics = false;  // sap-statistics: back-ends are told
};

}  // namespace router::backend
