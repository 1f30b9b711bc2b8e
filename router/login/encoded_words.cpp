#include "login/encoded_words.h"

#include <optional>

#include "base/text.h"
#include "crypto/digest.h"

namespace router::login {
namespace {

constexpr std::string_view kBlanks = " \t";

std::optional<std::string> decode_q(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      bytes.push_back(text[i] == '_' ? ' ' : text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = base::hex_value(text[i + 1]);
    const int low = base::hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return bytes;
}

std::string latin1_to_utf8(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return text;
}

// Of =?charset?encoding?text?=, all of `word`; a language may follow the charset (RFC 2231 section 5).
std::optional<std::string> decode_word(std::string_view word) {
  if (word.size() < 8 || !word.starts_with("=?") || !word.ends_with("?=")) return std::nullopt;
  const auto parts = base::split(word.substr(2, word.size() - 4), '?');
  if (parts.size() != 3) return std::nullopt;
  const auto charset = base::cut(parts[0], '*').before;
  std::optional<std::string> bytes;
  if (base::equals_ignoring_case(parts[1], "B")) bytes = crypto::base64_decode(parts[2]);
  if (base::equals_ignoring_case(parts[1], "Q")) bytes = decode_q(parts[2]);
  if (!bytes) return std::nullopt;
  if (base::equals_ignoring_case(charset, "iso-8859-1")) return latin1_to_utf8(*bytes);
  const bool is_utf8 = base::equals_ignoring_case(charset, "utf-8") || base::equals_ignoring_case(charset, "us-ascii");
  return is_utf8 ? bytes : std::nullopt;
}

}  // namespace

std::string decode_encoded_words(std::string_view text) {
  std::string out;
  bool after_encoded = false;
  while (!text.empty()) {
    const auto blanks = text.substr(0, text.find_first_not_of(kBlanks));
    text.remove_prefix(blanks.size());
    const auto word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    const auto decoded = decode_word(word);
    if (!(after_encoded && decoded)) out.append(blanks);
    out.append(decoded ? std::string_view(*decoded) : word);
    after_encoded = decoded.has_value();
  }
  return out;
}

}  // namespace router::login
