// What happens to every reply, whoever made it.
#pragma once

#include <string>

#include "backend/backend.h"
#include "base/error.h"
#include "base/task.h"
#include "http/message.h"
#include "pipeline/context.h"

namespace router::pipeline {

// Adds what every head carries: cookies and tokens of this request, configured headers where the answer has none of
// that name, X-Frame-Options, and x-request-id: the one that is logged and forwarded. A head with a token for
// x-csrf-token is kept by no cache.
class ReplyFields final : public backend::ReplyHead {
 public:
  explicit ReplyFields(Context& context) : context_(context) {}
  void complete(http::Fields& fields, base::milliseconds upstream_time) override;

 private:
  Context& context_;
};

// The same for a response of the router itself: what it says wins, also over what overrides a back-end's fields (its
// pages work with no other policy). It is never stored by a cache.
void complete_own_response(const Context& context, http::Response& response);
// Where the request could not be read.
void complete_own_response(const config::Configuration& config, std::string_view request_id, http::Response& response);

// The session's idle time starts anew.
base::Task<void> end_of_request(Context& context);

void log_access(const Context& context);
void log_fault(const Context& context, const base::Error& error);

}  // namespace router::pipeline
