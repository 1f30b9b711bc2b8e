#include "pipeline/stages/stages.h"
#include "session/csrf.h"

namespace router::pipeline {

Result<Verdict> check_csrf(Context& context) {
  // without a login there is nothing that another site's page could abuse: the back-end does its own handshake
  // callers bring who they are themselves: no browser adds that field
  if (!context.needs_login() || context.user.is_caller || !context.route().csrf_protection) return Verdict(Continue{});
  switch (session::check_csrf(context.request.method, context.request.headers, context.user.session->csrf_token)) {
    case session::CsrfOutcome::pass: break;
    case session::CsrfOutcome::give_token:
      context.reply_fields.add(session::kCsrfHeader, context.user.session->csrf_token.reveal());
      break;
    case session::CsrfOutcome::refuse: {
      auto response = http::text_response(403, "CSRF token required\n");
      response.headers.add(session::kCsrfHeader, session::kCsrfRequired);
      return Verdict(std::move(response));
    }
  }
  return Verdict(Continue{});
}

}  // namespace router::pipeline
