#include "identity/discovery.h"

#include "base/log.h"
#include "http/url.h"
#include "identity/faults.h"
#include "identity/metadata.h"

namespace router::identity {

namespace {

constexpr base::minutes kMetadataFresh{60};
// Less than a page may take: what is left of it is for the code that came back (token_client.h).
constexpr base::seconds kDiscoveryDeadline{7};
constexpr std::size_t kMaxDocument = 256 * 1024;
constexpr std::size_t kMaxWaitingForMetadata = 4096;

Discovery::Document document_of(const config::IdentityProvider& provider) {
  const std::string issuer = configured_issuer(provider);
  return {provider.name, issuer, discovery_url(issuer),
          [issuer, with_certificate = !provider.client_certificate.empty()](std::string_view text) {
            return read_metadata(text, issuer, with_certificate);
          }};
}

base::Result<Metadata> read_metadata_answer(const base::Result<net::ClientResponse>& answer,
                                            const Discovery::Document& document) {
  if (!answer) return answer.error();
  if (answer->status != 200) return bad_answer("metadata: status " + std::to_string(answer->status));
  return document.read(answer->body);
}

}  // namespace

Discovery::Discovery(const config::IdentityProvider& provider, Parts parts) : Discovery(document_of(provider), parts) {}

std::shared_ptr<const Metadata> Discovery::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

base::Task<base::Result<std::shared_ptr<const Metadata>>> Discovery::get() {
  const auto self = shared_from_this();
  const auto now = parts_.clock.steady();
  const auto kept = known();
  const bool may_fetch = backoff_.is_open(now);
  if (kept) {
    if (may_fetch && now - fetched_ >= kMetadataFresh) flight_.start(fetch(self));
    co_return kept;
  }
  if (flight_.waiting() >= kMaxWaitingForMetadata) co_return provider_unavailable("metadata: too many are waiting");
  if (may_fetch || flight_.is_running()) {
    auto work = fetch(self);
    co_await flight_.run(std::move(work));
  }
  auto found = known();
  if (found) co_return found;
  co_return last_error_.value_or(provider_unavailable("metadata: not fetched yet"));
}

base::Task<void> Discovery::fetch(std::shared_ptr<Discovery> self) {
  const auto url = http::parse_url(self->document_.url);
  if (!url) {
    self->fail(bad_answer("metadata: the issuer is no URL: " + self->document_.issuer));
    co_return;
  }
  net::ClientRequest request;
  request.url = *url;
  request.headers = {{"Accept", "application/json"}};
  request.timeout = kDiscoveryDeadline;
  request.max_body = kMaxDocument;
  request.tls.verify = self->parts_.verify_tls;
  request.side = base::Side::identity_provider;
  const auto answer = co_await self->parts_.client.send(std::move(request));
  auto metadata = read_metadata_answer(answer, self->document_);
  if (metadata) {
    self->accept(*std::move(metadata));
  } else {
    self->fail(metadata.error());
  }
}

void Discovery::accept(Metadata metadata) {
  backoff_.succeed();
  last_error_.reset();
  fetched_ = parts_.clock.steady();
  base::log_info("identity.metadata_loaded", {{"provider", document_.name}, {"issuer", document_.issuer}});
  const std::lock_guard lock(mutex_);
  known_ = std::make_shared<const Metadata>(std::move(metadata));
}

void Discovery::fail(const base::Error& cause) {
  const auto delay = backoff_.fail(parts_.clock.steady());
  last_error_ = provider_unavailable("identity provider " + document_.name + ": " + base::describe(cause));
  base::log_warning("identity.metadata_failed",
                    {{"provider", document_.name}, {"error", base::describe(cause)}, {"retry_ms", delay.count()}});
  parts_.loop.after(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->flight_.start(fetch(self));
  });
}

}  // namespace router::identity
