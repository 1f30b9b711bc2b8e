#include "logout/provider_origins.h"

#include <algorithm>

#include "http/url.h"

namespace router::logout {
namespace {

void add_origin(std::vector<std::string>& origins, const std::string& text) {
  const auto url = http::parse_url(text);
  if (!url) return;
  std::string origin = url->origin();
  if (std::find(origins.begin(), origins.end(), origin) == origins.end()) origins.push_back(std::move(origin));
}

}  // namespace

std::vector<std::string> origins_of(const identity::Provider& provider) {
  std::vector<std::string> origins;
  add_origin(origins, provider.config().url);
  add_origin(origins, provider.config().issuer);
  if (const auto metadata = provider.known_metadata()) {
    add_origin(origins, metadata->authorization_endpoint);
    add_origin(origins, metadata->end_session_endpoint);
  }
  return origins;
}

std::vector<std::string> provider_origins(const identity::Providers& providers) {
  std::vector<std::string> origins;
  for (const auto& provider : providers.all()) {
    for (auto& origin : origins_of(*provider)) {
      if (std::find(origins.begin(), origins.end(), origin) == origins.end()) origins.push_back(std::move(origin));
    }
  }
  return origins;
}

}  // namespace router::logout
