#include "identity/reachability.h"

#include "http/url.h"

namespace router::identity {

namespace {
constexpr base::seconds kKept{10};
constexpr std::size_t kMaxProbeBody = 64 * 1024;
}  // namespace

base::Task<bool> Reachability::check(std::string endpoint) {
  const auto self = shared_from_this();
  const bool known = probed_ && parts_.clock.steady() - *probed_ < kKept;
  if (!known) {
    auto work = probe(self, std::move(endpoint));
    co_await flight_.run(std::move(work));
  }
  co_return reachable_;
}

base::Task<void> Reachability::probe(std::shared_ptr<Reachability> self, std::string endpoint) {
  auto url = http::parse_url(endpoint);
  bool answered = false;
  if (url) {
    // The origin, not the endpoint: a request there could be taken for a logout.
    url->path = "/";
    url->query.reset();
    net::ClientRequest request;
    request.method = "HEAD";
    request.url = *url;
    request.timeout = kProbeTimeout;
    request.max_body = kMaxProbeBody;
    request.tls.verify = self->parts_.verify_tls;
    request.side = base::Side::identity_provider;
    const auto answer = co_await self->parts_.client.send(std::move(request));
    // A protocol error is an answer too: somebody is there.
    answered = answer.has_value() || answer.error().code == base::ErrorCode::protocol;
  }
  self->reachable_ = answered;
  self->probed_ = self->parts_.clock.steady();
}

}  // namespace router::identity
