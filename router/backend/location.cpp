#include "backend/location.h"

#include "http/url.h"
#include "routing/rewrite.h"

namespace router::backend {

std::string rewritten_location(const http::Headers& answer, const config::Destination& destination,
                               const config::Route& route) {
  const auto location = answer.get("Location");
  if (!destination.rewrite_location || !location) return {};
  const auto url = http::parse_url(*location);
  if (url && url->origin() != destination.url.origin()) return {};
  const std::string path_and_more = url ? url->path_and_query() : std::string(*location);
  if (!path_and_more.starts_with('/') || path_and_more.starts_with("//")) return {};
  const auto end_of_path = path_and_more.find_first_of("?#");
  const auto inverted = routing::invert(route, destination.url.path, path_and_more.substr(0, end_of_path));
  if (!inverted) return {};
  std::string rewritten = *inverted;
  if (end_of_path != std::string::npos) rewritten.append(path_and_more, end_of_path);
  if (url && url->fragment) rewritten.append("#").append(*url->fragment);
  return rewritten;
}

}  // namespace router::backend
