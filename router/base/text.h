// Small functions on ASCII text. Pure; bytes outside ASCII pass through unchanged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace router::base {

inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string to_lower(std::string_view text);
namespace detail {
bool are_equal_ignoring_case(const char* a, const char* b, std::size_t size);
}
// Most are told apart by their lengths, without a call.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && detail::are_equal_ignoring_case(a.data(), b.data(), a.size());
}
// Whether one of `words` is that text, in any case.
template <class Words>
bool holds_ignoring_case(const Words& words, std::string_view text) {
  for (const std::string_view word : words) {
    if (equals_ignoring_case(word, text)) return true;
  }
  return false;
}
std::string_view trim(std::string_view text);  // spaces and tabs

// "a,b,,c" -> a b "" c
std::vector<std::string_view> split(std::string_view text, char separator);
// Splits at the first separator; the second part is absent if there is none.
struct Cut {
  std::string_view before;
  std::optional<std::string_view> after;
};
Cut cut(std::string_view text, char separator);

// Whole text, decimal, no sign, no overflow.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

// A JSON string literal; control characters escaped, bytes that are not UTF-8 replaced by U+FFFD.
std::string json_quote(std::string_view text);
// & < > " ' as entities.
void append_html_escaped(char c, std::string& out);
std::string html_escape(std::string_view text);

// How many bytes the character at text[i] has; 0: it is none (overlong, surrogate, beyond U+10FFFF, cut).
std::size_t utf8_sequence(std::string_view text, std::size_t i);
bool is_valid_utf8(std::string_view text);

// %XX, whatever it is.
void append_percent_encoded(char c, std::string& out);
// RFC 3986 percent encoding of everything but unreserved characters.
std::string percent_encode(std::string_view text);
// Fails on a malformed escape. `plus_is_space` for application/x-www-form-urlencoded.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
// -1 if not a hexadecimal digit
int hex_value(char c);

// Edits (insert, delete, replace, swap of neighbours) from a to b; for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace router::base
