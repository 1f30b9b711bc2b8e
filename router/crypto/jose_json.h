// Strangers' JSON: one object, read in one pass, within bounds. For everything that somebody else sent: headers and
// payloads of tokens, key sets, answers of providers, bodies of clients.
//
// Linear in the length of the text, whatever is in it: the first fault ends the reading, and nobody is told where it
// was (files of the operator's own have config/json_reader, which explains every fault). Refused: text that is longer,
// nested deeper or of more values than allowed, any other root than an object, text that is not UTF-8, numbers beyond a
// double, and a name twice in one object; duplicates are never resolved, because two readers of one token must never
// see two different claims. Pure; any thread. Units: bytes. Source: RFC 8259; RFC 7515 section 4, RFC 7519 section 4,
// RFC 8725 section 2.4.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace router::crypto {

inline constexpr std::size_t kMaxJsonDepth = 32;

struct JsonBounds {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = kMaxJsonDepth;  // the root counts
  std::size_t values = 16 * 1024;     // members and elements at whatever depth, and the root
};

// Absent if `text` is anything else.
std::optional<nlohmann::json> parse_json_object(std::string_view text, const JsonBounds& bounds = {});

}  // namespace router::crypto
