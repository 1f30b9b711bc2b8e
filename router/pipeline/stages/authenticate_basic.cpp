#include "login/basic_credentials.h"
#include "pipeline/left_application.h"
#include "pipeline/opened_session.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;

namespace {

constexpr int kTooManyRequests = 429;

Verdict challenge() {
  auto response = http::text_response(401, "Unauthorized\n");
  response.headers.set("WWW-Authenticate", "Basic realm=\"Application\", charset=\"UTF-8\"");
  return response;
}

}  // namespace

Verdict come_again(base::seconds later) {
  auto response = http::text_response(kTooManyRequests, "Too many tries. Try again later.\n");
  response.headers.set("Retry-After", std::to_string(later.count()));
  return response;
}

Task<Result<Verdict>> authenticate_basic(Context& context) {
  const std::string application = left_application(context);
  const bool is_logged_in = context.user.session && context.user.session->provider == context.route().provider;
  if (is_logged_in && application.empty()) co_return Verdict(Continue{});
  const auto& headers = context.request.headers;
  const auto field = headers.get("Authorization");
  auto credentials =
      field && headers.count("Authorization") == 1 ? login::read_basic_credentials(*field) : std::nullopt;
  if (!credentials) co_return challenge();
  login::PasswordLogin wanted{context.route().provider, application, std::move(*credentials)};
  auto verdict = co_await context.graph.login->with_password(context.request, context.external, std::move(wanted),
                                                             context.exchange.loop());
  if (const auto* later = std::get_if<base::seconds>(&verdict)) co_return come_again(*later);
  auto& opened = std::get<Result<login::OpenedSession>>(verdict);
  if (!opened && opened.error().code == ErrorCode::unauthenticated) co_return challenge();
  if (!opened) co_return opened.error();
  take_opened_session(context, std::move(*opened));
  co_return Verdict(Continue{});
}

}  // namespace router::pipeline
