#include "http/trailer_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace router::http {

bool is_forbidden_in_trailer(std::string_view name) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"transfer-encoding", "content-length", "host",
                                       "content-encoding",  "content-type",   "content-range",
                                       "trailer",           "authorization",  "cookie",
                                       "set-cookie",        "connection",     "te",
                                       "upgrade",           "expect",         "range",
                                       "cache-control",     "forwarded",      "proxy-authorization",
                                       "keep-alive",        "x-csrf-token",   "max-forwards",
                                       "location",          "date",           "x-approuter-authorization"});
  static constexpr std::string_view kForwarded = "x-forwarded-";
  std::string folded(name);
  std::replace(folded.begin(), folded.end(), '_', '-');
  const auto is_name = [&folded](std::string_view forbidden) { return base::equals_ignoring_case(folded, forbidden); };
  return std::any_of(std::begin(kNames), std::end(kNames), is_name) ||
         base::equals_ignoring_case(std::string_view(folded).substr(0, kForwarded.size()), kForwarded);
}

}  // namespace router::http
