#include "session/csrf.h"

#include "base/text.h"
#include "crypto/random.h"

namespace router::session {
namespace {

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

base::Secret make_csrf_token() { return base::Secret(crypto::random_token()); }

bool asks_for_csrf_token(std::string_view method, const http::Headers& headers) {
  const auto value = headers.get(kCsrfHeader);
  return is_safe(method) && value && base::equals_ignoring_case(base::trim(*value), "fetch");
}

CsrfOutcome check_csrf(std::string_view method, const http::Headers& headers, const base::Secret& expected) {
  if (is_safe(method)) return asks_for_csrf_token(method, headers) ? CsrfOutcome::give_token : CsrfOutcome::pass;
  const auto brought = headers.get(kCsrfHeader);
  if (!brought || expected.empty() || headers.count(kCsrfHeader) != 1) return CsrfOutcome::refuse;
  return base::Secret::constant_time_equal(*brought, expected.reveal()) ? CsrfOutcome::pass : CsrfOutcome::refuse;
}

}  // namespace router::session
