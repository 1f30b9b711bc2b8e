#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/byte_scan.h"
#include "base/load_bytes.h"

namespace router::base {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

using EightBytes = std::uint64_t;
constexpr EightBytes kEachByte = 0x0101010101010101;

// to_lower() of eight bytes.
constexpr EightBytes lower_bytes(EightBytes bytes) {
  constexpr EightBytes high = kEachByte * 0x80;
  const EightBytes low_bits = bytes & ~high;
  // the high bit is set from 'A' on, and from behind 'Z' on
  const EightBytes from_a = low_bits + kEachByte * (0x80 - 'A');
  const EightBytes behind_z = low_bits + kEachByte * (0x7F - 'Z');
  const EightBytes is_upper = (from_a ^ behind_z) & ~bytes & high;
  return bytes | is_upper >> 2;
}

inline bool are_equal_bytes(EightBytes a, EightBytes b) { return a == b || lower_bytes(a) == lower_bytes(b); }

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::size_t i = 0;
  for (; lower.size() - i >= sizeof(EightBytes); i += sizeof(EightBytes)) {
    const auto word = lower_bytes(load_bytes<EightBytes>(lower.data() + i));
    std::memcpy(lower.data() + i, &word, sizeof word);
  }
  for (; i < lower.size(); ++i) lower[i] = to_lower(lower[i]);
  return lower;
}

bool detail::are_equal_ignoring_case(const char* a, const char* b, std::size_t size) {
  if (size >= sizeof(EightBytes)) {
    for (std::size_t i = 0; i < size - sizeof(EightBytes); i += sizeof(EightBytes)) {
      if (!are_equal_bytes(load_bytes<EightBytes>(a + i), load_bytes<EightBytes>(b + i))) return false;
    }
    // the last eight, some of them once more
    const auto last = size - sizeof(EightBytes);
    return are_equal_bytes(load_bytes<EightBytes>(a + last), load_bytes<EightBytes>(b + last));
  }
  if (size >= 4) {
    const auto both_ends = [size](const char* text) {
      return load_bytes<std::uint32_t>(text) | EightBytes{load_bytes<std::uint32_t>(text + size - 4)} << 32;
    };
    return are_equal_bytes(both_ends(a), both_ends(b));
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Cut cut(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string json_quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  for (std::size_t i = 0; i < text.size();) {
    const auto plain = find_unquotable(text.substr(i));
    out.append(text, i, plain);
    i += plain;
    if (i == text.size()) break;
    const auto length = utf8_sequence(text, i);
    const char c = text[i];
    if (length == 0) {
      out.append("\\ufffd");
      ++i;
      continue;
    }
    if (length > 1) {
      out.append(text.substr(i, length));
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else {
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
    i += length;
  }
  out.push_back('"');
  return out;
}

void append_html_escaped(char c, std::string& out) {
  switch (c) {
    case '&':
      out.append("&amp;");
      break;
    case '<':
      out.append("&lt;");
      break;
    case '>':
      out.append("&gt;");
      break;
    case '"':
      out.append("&quot;");
      break;
    case '\'':
      out.append("&#39;");
      break;
    default:
      out.push_back(c);
  }
}

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) append_html_escaped(c, out);
  return out;
}

std::size_t utf8_sequence(std::string_view text, std::size_t i) {
  auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  auto continuation = [&](std::size_t k) { return k < text.size() && (byte(k) & 0xC0) == 0x80; };
  const unsigned char lead = byte(i);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continuation(i + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continuation(i + 1) || !continuation(i + 2)) return 0;
    if (lead == 0xE0 && byte(i + 1) < 0xA0) return 0;
    if (lead == 0xED && byte(i + 1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continuation(i + 1) || !continuation(i + 2) || !continuation(i + 3)) return 0;
    if (lead == 0xF0 && byte(i + 1) < 0x90) return 0;
    if (lead == 0xF4 && byte(i + 1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8_sequence(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

void append_percent_encoded(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out.push_back(c);
    } else {
      append_percent_encoded(c, out);
    }
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace router::base
