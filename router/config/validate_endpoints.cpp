#include "base/text.h"
#include "config/endpoints.h"
#include "config/validate.h"
#include "http/target.h"

namespace router::config {
namespace {

// Compared with normalised paths of requests, so it has to be one itself.
bool check_path(const Validation& validation, const Endpoint& endpoint) {
  const std::string& path = endpoint.path;
  const auto normal = http::normalise_path(path);
  const bool is_path = path.find_first_of("?#") == std::string::npos && normal && *normal == path;
  if (is_path && path == "/" && endpoint.may_be_root) {
    validation.report.warning(endpoint.pointer, {"\"/\"", "a path of its own", "the start page cannot be reached"});
    return true;
  }
  if (is_path && path != "/") return true;
  validation.report.error(
      endpoint.pointer,
      {show(std::string_view(path)), "a normalised path other than /, without query and fragment", {}, false, true});
  return false;
}

void check_routes(const Validation& validation, const Endpoint& endpoint) {
  for (const Route& route : validation.configuration.routes) {
    if (route.source != "^" + endpoint.path + "$" && route.source != endpoint.path) continue;
    validation.report.warning(endpoint.pointer, {show(std::string_view(endpoint.path)) +
                                                     ", which is also the source of " + route_pointer(route).substr(1),
                                                 "a path of its own", "the endpoint answers first"});
  }
}

}  // namespace

void validate_endpoints(const Validation& validation) {
  const auto endpoints = endpoints_of(validation.configuration);
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints[i];
    if (endpoint.path.empty() || !check_path(validation, endpoint)) continue;
    check_routes(validation, endpoint);
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (endpoints[earlier].path != endpoint.path) continue;
      validation.report.error(endpoint.pointer, {show(std::string_view(endpoint.path)) + ", which is also " +
                                                     endpoints[earlier].pointer.substr(1),
                                                 "a path of its own",
                                                 {},
                                                 false,
                                                 true});
    }
  }
}

}  // namespace router::config
