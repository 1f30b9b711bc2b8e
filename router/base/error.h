// What can go wrong, as a value.
//
// An Error says what kind of fault it is, whose fault it is, and whether trying again makes sense. Status codes
// and pages are made from it in one place (pipeline/error_reply). `detail` goes to the log only, never to a client.
// Values: copyable, no owner, usable from any thread.
#pragma once

#include <string>
#include <string_view>

namespace router::base {

enum class ErrorCode {
  bad_request,      // the request breaks a rule of HTTP or of this router
  uri_too_long,     // request target over its limit
  head_too_large,   // header section over its limit
  body_too_large,   // body over its limit
  timeout,          // a deadline passed
  closed,           // the peer closed the connection
  refused,          // no connection could be made
  protocol,         // the peer's answer is not valid
  overloaded,       // a bounded queue or pool is full
  unauthenticated,  // no valid session or credential
  forbidden,        // known, but not allowed
  not_found,        // no such thing
  conflict,         // somebody else changed it first
  unavailable,      // a service that is needed is away for now
  invalid_config,   // the configuration cannot be used
  cancelled,        // nobody wants the answer any more
  internal,         // our own fault
};

enum class Side { client, back_end, identity_provider, store, router };

struct Error {
  ErrorCode code = ErrorCode::internal;
  Side side = Side::router;
  std::string detail;
  bool retryable = false;
};

std::string_view to_string(ErrorCode code);
std::string_view to_string(Side side);

// "timeout (identity_provider): token endpoint did not answer", for logs and test output.
std::string describe(const Error& error);

}  // namespace router::base
