#include "logout/call_sender.h"

#include "base/log.h"
#include "logout/call_request.h"

namespace router::logout {

namespace {

constexpr int kProxyRefuses = 407;

}  // namespace

base::Task<base::Result<net::ClientResponse>> CallSender::send(CallPtr call, std::shared_ptr<const CallTarget> target,
                                                               bool with_token) {
  const auto& connectivity = target->connectivity;
  base::Secret proxy_token;
  if (connectivity) {
    if (!tokens_) {
      co_return base::Error{base::ErrorCode::unavailable, base::Side::router, "no tokens for the connectivity proxy"};
    }
    auto getting = tokens_->get({connectivity, &connectivity->client}, call->tenant, identity::IfRefused::fail, loop_);
    auto token = co_await getting;
    if (!token) co_return token.error();
    proxy_token = *std::move(token);
  }
  std::string logout_token;
  if (!target->audience.empty()) {
    if (logout_tokens_ == nullptr) {
      co_return base::Error{base::ErrorCode::internal, base::Side::router, "nobody makes logout tokens"};
    }
    auto made = logout_tokens_->make(*call, *target);
    if (!made) {
      base::log_warning("logout.token_not_made", {{"call", call->id}, {"fault", describe(made.error())}});
      co_return made.error();
    }
    logout_token = *std::move(made);
  }
  auto sending = client_.send(make_request(*call, *target, with_token, proxy_token, logout_token));
  auto answer = co_await sending;
  if (connectivity && answer && answer->status == kProxyRefuses) {
    tokens_->drop(connectivity->client, call->tenant, proxy_token);
  }
  co_return answer;
}

}  // namespace router::logout
