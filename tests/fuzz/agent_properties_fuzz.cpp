// The lines of a properties file come in order, and a pair that is escaped for one is read as it was.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/read_agent_properties.h"
#include "fuzz/fuzz.h"

using namespace router;
using fuzz::require;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '\t' || c == '\f') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : "\\f";
      continue;
    }
    if (std::string_view("\\ =:#!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  std::size_t previous = 0;
  for (const auto& property : config::parse_properties(text)) {
    require(property.line > previous && property.line <= lines, "properties come in the order of their lines");
    previous = property.line;
    // an escape never makes more of itself than it was: \u0800 is six bytes for three
    require(property.key.size() + property.value.size() <= size, "a property is not longer than the file");
    const auto again = config::parse_properties(escaped(property.key) + "=" + escaped(property.value));
    require(again.size() == 1 && again[0].key == property.key && again[0].value == property.value,
            "a property written is read as it was");
  }
  return 0;
}
