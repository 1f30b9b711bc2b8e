#include "backend/via.h"

#include "base/text.h"
#include "crypto/random.h"

namespace router::backend {
namespace {

constexpr std::size_t kViaBytes = 9;

const std::string& own_via_name() {
  static const std::string name = "xs-router-" + crypto::random_token(kViaBytes);
  return name;
}

// Of protocol, who received it, and perhaps a comment.
std::string_view received_by(std::string_view hop) {
  constexpr std::string_view kBlanks = " \t";
  const auto gap = hop.find_first_of(kBlanks);
  if (gap == std::string_view::npos) return {};
  const auto rest = base::trim(hop.substr(gap));
  return rest.substr(0, rest.find_first_of(kBlanks));
}

}  // namespace

void write_via(const http::Request& request, std::string& out) {
  constexpr std::string_view kSentBefore = "Via: 1.0 ";
  constexpr std::string_view kSent = "Via: 1.1 ";
  out.append(request.minor_version == 0 ? kSentBefore : kSent).append(own_via_name()).append("\r\n", 2);
}

bool went_through_here(const http::Headers& headers) {
  if (!headers.contains("Via")) return false;
  for (const auto& field : headers) {
    if (!base::equals_ignoring_case(field.name, "Via")) continue;
    for (std::optional<std::string_view> rest = field.value; rest;) {
      const auto [hop, after] = base::cut(*rest, ',');
      // names of hosts have no case, and a proxy between may have changed it
      if (base::equals_ignoring_case(received_by(base::trim(hop)), own_via_name())) return true;
      rest = after;
    }
  }
  return false;
}

}  // namespace router::backend
