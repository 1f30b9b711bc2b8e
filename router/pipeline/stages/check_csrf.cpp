#include <nlohmann/json.hpp>

#include "pipeline/stages/stages.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

using session::CsrfOutcome;

// without a login there is nothing that another site's page could abuse: the back-end does its own handshake
// callers bring who they are themselves: no browser adds that field
bool is_protected(const RequestState& state) {
  return state.needs_login() && !state.user.is_caller && state.route().csrf_protection;
}

CsrfOutcome judge_csrf(const RequestState& state, const base::Secret& sessions_token) {
  return session::check_csrf(state.request.method, state.request.headers, sessions_token);
}

std::string_view protection_of(const RequestState& state) {
  if (!state.route().csrf_protection) return "not checked: csrfProtection is false";
  if (state.user.is_caller) return "not checked: no browser sends x-approuter-authorization";
  switch (judge_csrf(state, {})) {
    case CsrfOutcome::pass:
      break;
    case CsrfOutcome::give_token:
      return "a token is answered";
    case CsrfOutcome::refuse:
      return "x-csrf-token needed, else 403";
  }
  return "not needed";
}

}  // namespace

Result<Verdict> check_csrf(RequestState& state) {
  if (!is_protected(state)) return Verdict(Continue{});
  const auto& token = state.user.session->csrf_token;
  switch (judge_csrf(state, token)) {
    case CsrfOutcome::pass:
      break;
    case CsrfOutcome::give_token:
      state.reply_fields.add(session::kCsrfHeader, token.reveal());
      break;
    case CsrfOutcome::refuse: {
      auto response = http::text_response(403, "CSRF token required\n");
      response.headers.add(session::kCsrfHeader, session::kCsrfRequired);
      return Verdict(std::move(response));
    }
  }
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_check_csrf(RequestState& state, Told& told) {
  if (state.needs_login()) told["route"]["csrf"] = protection_of(state);
  return std::nullopt;
}

}  // namespace router::pipeline
