#include "logout/call_sender.h"

#include "base/log.h"
#include "identity/set_poll.h"
#include "logout/call_request.h"

namespace router::logout {

namespace {

constexpr int kProxyRefuses = 407;
constexpr int kAccepted = 202;
constexpr int kNotAccepted = 400;

void note_refusal(const CallRecord& call, const std::string& why) {
  base::log_warning("logout.signal_refused",
                    {{"logout_id", call.logout_id}, {"call", call.id}, {"back_end", call.back_end}, {"reason", why}});
}

}  // namespace

base::Task<base::Result<net::ClientResponse>> CallSender::send(CallPtr call, std::shared_ptr<const CallTarget> target,
                                                               bool with_token, base::milliseconds at_most) {
  const auto& connectivity = target->connectivity;
  const auto tenant = config::connector_tenant(target->is_providers, call->tenant);
  base::Secret proxy_token;
  if (connectivity) {
    if (!tokens_) {
      co_return base::Error{base::ErrorCode::unavailable, base::Side::router, "no tokens for the connectivity proxy"};
    }
    auto getting = tokens_->get({connectivity, &connectivity->client}, tenant, identity::IfRefused::fail, loop_);
    auto token = co_await getting;
    if (!token) co_return token.error();
    proxy_token = std::move(token->token);
  }
  std::string own_token;
  if (!target->audience.empty()) {
    if (logout_tokens_ == nullptr) {
      co_return base::Error{base::ErrorCode::internal, base::Side::router, "nobody makes logout tokens"};
    }
    auto made =
        target->takes_signal ? logout_tokens_->make_signal(*call, *target) : logout_tokens_->make(*call, *target);
    if (!made) {
      base::log_warning("logout.token_not_made", {{"call", call->id}, {"fault", describe(made.error())}});
      co_return made.error();
    }
    own_token = *std::move(made);
  }
  if (target->is_polled) {
    auto offering = offer(std::move(call), std::move(target), std::move(own_token), at_most);
    auto taken = co_await offering;
    co_return taken;
  }
  auto sending = client_.send(make_request(*call, *target, with_token, proxy_token, own_token));
  auto answer = co_await sending;
  if (connectivity && answer && answer->status == kProxyRefuses) {
    tokens_->drop(connectivity->client, tenant, proxy_token);
  }
  if (target->takes_signal && answer && answer->status == kNotAccepted) {
    answer->body = identity::read_refusal(answer->body);
    note_refusal(*call, answer->body);
  }
  co_return answer;
}

// Answered as by one that is pushed to.
base::Task<base::Result<net::ClientResponse>> CallSender::offer(CallPtr call, std::shared_ptr<const CallTarget> target,
                                                                std::string token, base::milliseconds at_most) {
  if (queue_ == nullptr) co_return base::Error{base::ErrorCode::unavailable, base::Side::router, "nobody polls here"};
  auto offering = queue_->offer(target->audience, call->id, std::move(token), at_most);
  const auto taken = co_await offering;
  if (!taken) co_return taken.error();
  net::ClientResponse answer;
  answer.status = taken->is_accepted ? kAccepted : kNotAccepted;
  answer.body = taken->why_not;
  if (!taken->is_accepted) note_refusal(*call, answer.body);
  co_return answer;
}

}  // namespace router::logout
