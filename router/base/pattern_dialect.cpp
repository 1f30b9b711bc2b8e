#include "base/pattern_dialect.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace router::base {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_one_of(char c, std::string_view set) { return c != '\0' && set.find(c) != std::string_view::npos; }

// The value of four hexadecimal digits; more than 0xFFFF: they are none.
std::uint32_t four_hex_digits(std::string_view text) {
  constexpr std::uint32_t kNone = 0x10000;
  if (text.size() < 4) return kNone;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = hex_value(c);
    if (digit < 0) return kNone;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

class Translation {
 public:
  explicit Translation(std::string_view source) : source_(source) { count_groups(); }

  PatternText run() {
    while (at_ < source_.size()) {
      if (source_[at_] == '\\') {
        escape();
      } else if (in_class_) {
        class_character();
      } else {
        outside_class();
      }
    }
    return std::move(result_);
  }

 private:
  void count_groups() {
    bool in_class = false;
    for (std::size_t i = 0; i < source_.size(); ++i) {
      const char c = source_[i];
      if (c == '\\')
        ++i;
      else if (in_class)
        in_class = c != ']';
      else if (c == '[')
        in_class = true;
      else if (c == '(') {
        const std::string_view rest = source_.substr(i + 1);
        const bool is_named = rest.starts_with("?<") && !rest.starts_with("?<=") && !rest.starts_with("?<!");
        has_names_ = has_names_ || is_named;
        if (is_named || !rest.starts_with('?')) ++groups_;
      }
    }
  }

  char ahead(std::size_t distance) const { return at_ + distance < source_.size() ? source_[at_ + distance] : '\0'; }
  // Writes `text` for the next `length` bytes of the source.
  void write(std::string_view text, std::size_t length) {
    result_.text.append(text);
    result_.origins.resize(result_.text.size(), at_);
    at_ = std::min(at_ + length, source_.size());
  }
  void copy(std::size_t length) {
    for (std::size_t i = 0; i < length && at_ < source_.size(); ++i) write(source_.substr(at_, 1), 1);
  }
  void write_byte(std::uint32_t byte, std::size_t length) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const char text[] = {'\\', 'x', kDigits[byte / 16 % 16], kDigits[byte % 16]};
    write(std::string_view(text, sizeof text), length);
  }

  void outside_class() {
    const char c = source_[at_];
    if (c == '[') return open_class();
    if (c == '(') return open_group();
    if (c == ')') return close_group();
    if (is_one_of(c, "*+?{")) return quantifier();
    copy(1);
  }

  // What Perl has and JavaScript has not (verbs, atomic and numbered groups, comments, recursion) is refused.
  void open_group() {
    const std::string_view rest = source_.substr(at_ + 1);
    const bool looks_behind = rest.starts_with("?<=") || rest.starts_with("?<!");
    lookbehinds_.push_back(looks_behind);
    if (rest.starts_with('*')) return write(kNothing, 1);
    if (!rest.starts_with('?')) return copy(1);
    if (looks_behind) return copy(4);
    if (is_one_of(ahead(2), ":=!<")) return copy(3);
    const std::size_t flags = rest.find_first_not_of("ims-", 1);
    if (flags != std::string_view::npos && flags > 1 && rest[flags] == ':') return copy(flags + 2);
    write("(?@", 2);
  }

  void close_group() {
    const bool looked_behind = !lookbehinds_.empty() && lookbehinds_.back();
    if (!lookbehinds_.empty()) lookbehinds_.pop_back();
    copy(1);
    if (looked_behind && at_ < source_.size() && quantifier_length() != 0) write(kNothing, 0);
  }

  // Of the quantifier that begins here; 0: none does, a brace is a brace.
  std::size_t quantifier_length() const {
    if (is_one_of(source_[at_], "*+?")) return 1;
    if (source_[at_] != '{' || !is_digit(ahead(1))) return 0;
    std::size_t length = 1;
    while (is_digit(ahead(length))) ++length;
    if (ahead(length) == ',') ++length;
    while (is_digit(ahead(length))) ++length;
    return ahead(length) == '}' ? length + 1 : 0;
  }

  void quantifier() {
    const std::size_t length = quantifier_length();
    if (length == 0) return write("\\{", 1);
    const std::string_view text = source_.substr(at_, length);
    const std::size_t comma = text.find(',');
    if (comma != std::string_view::npos && text.size() - comma > kLargestCount) {
      copy(comma + 1);
      write("}", length - comma - 1);  // more than PCRE2 counts, and than a path is long
    } else {
      copy(length);
    }
    if (ahead(0) == '?') return copy(1);
    if (ahead(0) == '+') write(kNothing, 0);  // possessive in Perl
  }

  void open_class() {
    if (ahead(1) == ']') return write("(?:(?!))", 2);  // no character; PCRE2 cannot repeat its own
    in_class_ = true;
    after_set_ = false;
    copy(ahead(1) == '^' ? 2 : 1);
  }

  void class_character() {
    const char c = source_[at_];
    const bool before_set = ahead(1) == '\\' && is_one_of(ahead(2), kSets);
    if (c == ']') in_class_ = false;
    if (c == '[')
      write("\\[", 1);
    else if (c == '-' && (after_set_ || before_set))
      write("\\-", 1);
    else
      copy(1);
    after_set_ = false;
  }

  void escape() {
    const char c = ahead(1);
    after_set_ = in_class_ && is_one_of(c, kSets);
    if (c == 'v') return write("\\x0b", 2);
    if (c == 'u') return escaped_code_point();
    if (is_digit(c)) return number();
    if (c == 'c' && in_class_ && (is_digit(ahead(2)) || ahead(2) == '_'))
      return write_byte(static_cast<std::uint32_t>(ahead(2)) % 32, 3);
    if (c == 'c' && !is_letter(ahead(2))) return write("\\\\", 1);  // the c comes next
    const bool is_known =
        is_one_of(c, kSets) || is_one_of(c, "btnrfcx") || (c == 'B' && !in_class_) || (c == 'k' && has_names_);
    if (c == 'k' && is_known && ahead(2) != '<') return write("\\k(", 2);  // refused
    if (is_letter(c) && !is_known) return write(source_.substr(at_ + 1, 1), 2);
    copy(2);
  }

  // Paths are bytes of UTF-8; in a class a character of several bytes stands for none of them.
  void escaped_code_point() {
    const std::uint32_t code = four_hex_digits(source_.substr(std::min(at_ + 2, source_.size())));
    if (code > 0xFFFF) return write("u", 2);
    if (code <= 0xFF) return copy(6);
    if (in_class_) return write("\\xff", 6);
    write("(?:", 0);
    if (code < 0x800) {
      write_byte(0xC0 + code / 64, 0);
    } else {
      write_byte(0xE0 + code / 4096, 0);
      write_byte(0x80 + code / 64 % 64, 0);
    }
    write_byte(0x80 + code % 64, 0);
    write(")", 6);
  }

  void number() {
    std::size_t digits = 1;
    std::size_t group = 0;
    while (is_digit(ahead(digits)) && group <= source_.size())
      group = group * 10 + static_cast<std::size_t>(ahead(digits++) - '0');
    if (!in_class_ && ahead(1) != '0' && group <= groups_) return copy(digits);
    if (!is_octal(ahead(1))) return write(source_.substr(at_ + 1, 1), 2);
    std::uint32_t byte = 0;
    std::size_t length = 1;
    for (; length < 4 && is_octal(ahead(length)); ++length) {
      const std::uint32_t longer = byte * 8 + static_cast<std::uint32_t>(ahead(length) - '0');
      if (longer > 0xFF) break;
      byte = longer;
    }
    write_byte(byte, length);
  }

  static constexpr std::string_view kSets = "dDwWsS";
  static constexpr std::string_view kNothing = "(?:";  // before a quantifier: there is nothing to repeat
  static constexpr std::size_t kLargestCount = std::string_view(",9999}").size();
  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t groups_ = 0;
  bool has_names_ = false;
  std::vector<bool> lookbehinds_;  // of the groups that are open: which look behind
  bool in_class_ = false;
  bool after_set_ = false;  // the last of the class was \w or its like
  PatternText result_;
};

}  // namespace

PatternText javascript_pattern(std::string_view source) { return Translation(source).run(); }

}  // namespace router::base
