#include "config/json_position.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace router::config {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (tokens.empty()) {
      continue;
    } else if (pointer[i] == '~' && i + 1 < pointer.size()) {
      tokens.back() += pointer[++i] == '1' ? '/' : '~';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

// Walks the text until the wanted place, then stops the parse by answering false.
class Finder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Finder(std::string_view text, std::string_view pointer) : cursor_(text), wanted_(tokens_of(pointer)) {}

  bool null() override { return leaf(); }
  bool boolean(bool) override { return leaf(); }
  bool number_integer(number_integer_t) override { return leaf(); }
  bool number_unsigned(number_unsigned_t) override { return leaf(); }
  bool number_float(number_float_t, const string_t&) override { return leaf(); }
  bool string(string_t&) override { return leaf(); }
  bool binary(binary_t&) override { return leaf(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }
  bool key(string_t& name) override {
    key_offset_ = cursor_.take();
    Level& level = levels_.back();
    level.child_wanted = level.wanted && wanted_[levels_.size() - 1] == name;
    return true;
  }

  std::optional<std::size_t> value_offset() const { return value_offset_; }
  std::optional<std::size_t> key_offset() const { return key_offset_; }

 private:
  struct Level {
    bool array = false;
    bool wanted = false;        // on the way to the wanted place, which lies deeper
    bool child_wanted = false;  // the child at hand is on the way
    std::size_t next_index = 0;
  };

  // Whether the value that begins here is on the way.
  bool arrive() {
    if (levels_.empty()) return true;
    Level& level = levels_.back();
    if (level.array) {
      level.child_wanted = level.wanted && wanted_[levels_.size() - 1] == std::to_string(level.next_index);
      ++level.next_index;
      key_offset_.reset();
    }
    return level.child_wanted;
  }
  bool found(bool on_the_way, std::size_t offset) {
    if (!on_the_way || levels_.size() != wanted_.size()) return false;
    value_offset_ = offset;
    return true;
  }
  bool leaf() {
    const bool on_the_way = arrive();
    return !found(on_the_way, cursor_.take());
  }
  bool open(bool array) {
    const bool on_the_way = arrive();
    if (found(on_the_way, cursor_.take())) return false;
    levels_.push_back({array, on_the_way, false, 0});
    return true;
  }
  bool close() {
    cursor_.take();
    levels_.pop_back();
    return true;
  }

  TokenCursor cursor_;
  std::vector<std::string> wanted_;
  std::vector<Level> levels_;
  std::optional<std::size_t> value_offset_;
  std::optional<std::size_t> key_offset_;
};

}  // namespace

std::size_t TokenCursor::next_start() const {
  auto at = std::min(text_.find_first_not_of(kWhiteSpace, at_), text_.size());
  if (at < text_.size() && (text_[at] == ',' || text_[at] == ':')) {
    at = std::min(text_.find_first_not_of(kWhiteSpace, at + 1), text_.size());
  }
  return at;
}

std::size_t TokenCursor::take() {
  const std::size_t start = next_start();
  at_ = start;
  if (at_ >= text_.size()) return start;
  const char first = text_[at_++];
  if (first == '"') {
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
  } else if (std::string_view("{}[]").find(first) == std::string_view::npos) {
    at_ = std::min(text_.find_first_of(" \t\r\n,:]}", at_), text_.size());
  }
  return start;
}

Position position_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line_start = before.rfind('\n');
  const std::string_view line = line_start == std::string_view::npos ? before : before.substr(line_start + 1);
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<std::size_t>(std::count_if(line.begin(), line.end(), starts_character)) + 1};
}

Position find_position(std::string_view text, std::string_view pointer, PositionOf what) {
  Finder finder(text, pointer);
  nlohmann::json::sax_parse(text.begin(), text.end(), &finder);
  if (!finder.value_offset()) return {};
  const bool key = what == PositionOf::key && finder.key_offset();
  return position_at(text, key ? *finder.key_offset() : *finder.value_offset());
}

}  // namespace router::config
