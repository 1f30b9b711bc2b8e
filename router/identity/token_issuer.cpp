#include "identity/token_issuer.h"

#include <algorithm>

#include "identity/metadata.h"

namespace router::identity {

TokenIssuer::TokenIssuer(std::string issuer, std::string metadata_url, Parts parts)
    : keys_(std::make_shared<JwksCache>(issuer, parts)) {
  Discovery::Document document{issuer, issuer, std::move(metadata_url),
                               [issuer](std::string_view text) { return read_issuer_metadata(text, issuer); }};
  discovery_ = std::make_shared<Discovery>(std::move(document), parts);
}

base::Task<base::Result<crypto::JwsPayload>> TokenIssuer::verify(std::string token) {
  const auto metadata = co_await discovery_->get();
  if (!metadata) co_return metadata.error();
  crypto::Algorithms allowed = crypto::asymmetric_algorithms();
  auto verified =
      co_await keys_->verify(std::move(token), (*metadata)->jwks_uri, std::move(allowed), JwksCache::Refetch::awaited);
  co_return verified;
}

TokenIssuers::TokenIssuers(const std::vector<std::string>& issuers, MetadataUrl metadata_url, Parts parts) {
  for (const auto& issuer : issuers)
    issuers_.emplace(issuer, std::make_unique<TokenIssuer>(issuer, metadata_url(issuer), parts));
}

bool TokenIssuers::are(const std::vector<std::string>& issuers) const {
  return issuers.size() == issuers_.size() &&
         std::all_of(issuers.begin(), issuers.end(), [this](const auto& issuer) { return issuers_.contains(issuer); });
}

TokenIssuer* TokenIssuers::find(std::string_view issuer) const {
  const auto found = issuers_.find(issuer);
  return found == issuers_.end() ? nullptr : found->second.get();
}

}  // namespace router::identity
