// A request target that is taken stays what it is when it is read again: nothing behind us decodes it to
// another.
#include <string>

#include "fuzz/fuzz.h"
#include "http/target.h"

using namespace router;
using fuzz::require;

namespace {

void check_path(const std::string& path) {
  require(path.starts_with('/') && !path.starts_with("//"), "the path begins with one slash");
  for (const char c : path) require(c > ' ' && c < 0x7F && c != '\\', "the path has plain characters only");
  const auto again = http::normalise_path(path);
  require(again && *again == path, "a normalised path is normal");
  require(http::check_rewritten_path(path).has_value(), "a normalised path may be forwarded");
  for (std::size_t at = 0; at != std::string::npos; at = path.find('/', at + 1)) {
    const auto segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    require(segment != "." && segment != "..", "no dot segments");
  }
}

void check_target(std::string_view method, std::string_view raw) {
  const auto target = http::parse_target(method, raw);
  if (!target) return;
  if (target->path == "*") {
    require(method == "OPTIONS" && !target->has_query, "* stands alone, for OPTIONS");
    return;
  }
  check_path(target->path);
  const auto again = http::parse_target(method, target->path_and_query());
  require(
      again && again->path == target->path && again->query == target->query && again->has_query == target->has_query,
      "what is forwarded is what was read");
  if (target->authority.empty()) return;
  const auto absolute = http::parse_target(method, "http://" + target->authority + target->path_and_query());
  require(absolute && absolute->authority == target->authority && absolute->path == target->path,
          "the authority is in its normal form");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = fuzz::as_text(data, size);
  check_target("GET", raw);
  check_target("OPTIONS", raw);
  return 0;
}
