#include "http/look_alikes.h"

#include <algorithm>
#include <array>

namespace router::http {
namespace {

struct LookAlike {
  std::string_view bytes;
  std::string_view looks_like;
};

constexpr std::array kLookAlikes = {
    LookAlike{"\xE2\x81\x84", "/"},   // U+2044 fraction slash
    LookAlike{"\xE2\x88\x95", "/"},   // U+2215 division slash
    LookAlike{"\xE2\xA7\xB8", "/"},   // U+29F8 big solidus
    LookAlike{"\xEF\xBC\x8F", "/"},   // U+FF0F fullwidth solidus
    LookAlike{"\xE2\x88\x96", "\\"},  // U+2216 set minus
    LookAlike{"\xE2\xA7\xB5", "\\"},  // U+29F5 reverse solidus operator
    LookAlike{"\xE2\xA7\xB9", "\\"},  // U+29F9 big reverse solidus
    LookAlike{"\xEF\xB9\xA8", "\\"},  // U+FE68 small reverse solidus
    LookAlike{"\xEF\xBC\xBC", "\\"},  // U+FF3C fullwidth reverse solidus
    LookAlike{"\xE2\x80\xA4", "."},   // U+2024 one dot leader
    LookAlike{"\xE2\x80\xA5", ".."},  // U+2025 two dot leader
    LookAlike{"\xEF\xB9\x92", "."},   // U+FE52 small full stop
    LookAlike{"\xEF\xBC\x8E", "."},   // U+FF0E fullwidth full stop
};

}  // namespace

std::string without_look_alikes(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const auto found = std::find_if(kLookAlikes.begin(), kLookAlikes.end(),
                                    [&](const LookAlike& known) { return text.starts_with(known.bytes); });
    if (found == kLookAlikes.end()) {
      plain.push_back(text.front());
      text.remove_prefix(1);
    } else {
      plain.append(found->looks_like);
      text.remove_prefix(found->bytes.size());
    }
  }
  return plain;
}

}  // namespace router::http
