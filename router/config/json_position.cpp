#include "config/json_position.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace router::config {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::size_t kBlock = 4096;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// FNV-1a, which goes on from any prefix: a pointer's is its parent's and one step more.
constexpr std::uint64_t kRootHash = 14695981039346656037ULL;

std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

// As config/issue.h, pointer_to(), writes it.
std::uint64_t hash_step(std::uint64_t parent, std::string_view key) {
  std::uint64_t hash = hash_on(parent, "/");
  for (std::size_t i = 0; i < key.size(); ++i) {
    hash = hash_on(hash, key[i] == '~' ? "~0" : key[i] == '/' ? "~1" : key.substr(i, 1));
  }
  return hash;
}

// Notes where each value and key begins.
class Walk final : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Places = std::unordered_map<std::uint64_t, Positions::Place>;
  Walk(std::string_view text, Places& places) : cursor_(text), places_(places) {}

  bool null() override { return note(); }
  bool boolean(bool) override { return note(); }
  bool number_integer(number_integer_t) override { return note(); }
  bool number_unsigned(number_unsigned_t) override { return note(); }
  bool number_float(number_float_t, const string_t&) override { return note(); }
  bool string(string_t&) override { return note(); }
  bool binary(binary_t&) override { return note(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
  bool key(string_t& name) override {
    key_ = cursor_.take();
    levels_.back().child = hash_step(levels_.back().hash, name);
    return true;
  }

 private:
  struct Level {
    std::uint64_t hash = 0;
    std::uint64_t child = 0;  // of the member at hand
    bool is_array = false;
    std::size_t next_index = 0;
  };

  std::uint64_t arrive() {
    if (levels_.empty()) return kRootHash;
    Level& level = levels_.back();
    if (!level.is_array) return level.child;
    key_.reset();
    return hash_step(level.hash, std::to_string(level.next_index++));
  }
  bool note() {
    places_[arrive()] = {cursor_.take(), key_};
    return true;
  }
  bool open(bool is_array) {
    const auto hash = arrive();
    places_[hash] = {cursor_.take(), key_};
    levels_.push_back({hash, 0, is_array, 0});
    return true;
  }
  bool close() {
    cursor_.take();
    levels_.pop_back();
    return true;
  }

  TokenCursor cursor_;
  Places& places_;
  std::vector<Level> levels_;
  std::optional<std::size_t> key_;
};

}  // namespace

Lines::Lines(std::string_view text) : text_(text), starts_{0} {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) characters_.push_back(characters);
    characters += starts_character(text[i]) ? 1 : 0;
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
  if (text.size() % kBlock == 0) characters_.push_back(characters);
}

std::size_t Lines::characters_before(std::size_t offset) const {
  const auto block = offset / kBlock;
  const auto rest = text_.substr(block * kBlock, offset % kBlock);
  return characters_[block] + static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), starts_character));
}

Position Lines::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::prev(std::upper_bound(starts_.begin(), starts_.end(), offset));
  return {static_cast<std::size_t>(line - starts_.begin()) + 1,
          characters_before(offset) - characters_before(*line) + 1};
}

Positions::Positions(std::string_view text) : lines_(text) {
  Walk walk(text, places_);
  nlohmann::json::sax_parse(text.begin(), text.end(), &walk);
}

Position Positions::of(std::string_view pointer, PositionOf what) const {
  const auto place = places_.find(hash_on(kRootHash, pointer));
  if (place == places_.end()) return {};
  const auto& [value, key] = place->second;
  return lines_.at(what == PositionOf::key && key ? *key : value);
}

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

}  // namespace router::config
