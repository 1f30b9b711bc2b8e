#include "config/json_reader.h"

#include <optional>
#include <set>

#include "base/text.h"

namespace router::config {
namespace {

using namespace std::string_view_literals;

struct JsonFault {
  std::size_t offset = 0;
  std::string found;
  std::string expected;
  std::string hint;
};

// The part of nlohmann's message that is for people: "missing closing quote".
std::string reason_of(std::string_view message) {
  const auto dash = message.find(" - ");
  std::string_view reason = dash == std::string_view::npos ? message : message.substr(dash + 3);
  for (std::string_view from : {"; last read"sv, "; expected"sv}) {
    reason = reason.substr(0, reason.find(from));
  }
  constexpr std::string_view kKind = "invalid string: ";
  if (reason.starts_with(kKind)) reason.remove_prefix(kKind.size());
  return std::string(reason);
}

std::string expectation_of(std::string_view message) {
  const auto at = message.find("; expected ");
  return at == std::string_view::npos ? "JSON" : std::string(message.substr(at + 11));
}

bool is_outside_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// What stands there, never its text: an unquoted secret is a word like any other.
std::string kind_of_token(std::string_view rest) {
  const char first = rest[0];
  if (first == '"') return "a string";
  if (std::string_view("{}[],:").find(first) != std::string_view::npos) return base::json_quote(rest.substr(0, 1));
  const auto word = rest.substr(0, rest.find_first_of(" \t\r\n,:]}"));
  for (std::string_view known : {"true"sv, "false"sv, "null"sv, "none"sv, "yes"sv, "no"sv}) {
    if (base::equals_ignoring_case(word, known)) return base::json_quote(word);
  }
  if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') return "a malformed number";
  return "text without quotes";
}

// Explains a syntax error that the parser found; `offset` is where its token begins, `failed` where it gave
// up.
JsonFault explain(std::string_view text, std::size_t offset, std::size_t failed, const std::string& message,
                  bool is_secret) {
  const std::string_view rest = text.substr(std::min(offset, text.size()));
  const auto starts = [&](std::string_view word) { return rest.substr(0, word.size()) == word; };
  if (rest.empty()) return {text.size(), "the end of the file", "more JSON (is a } or ] missing?)", {}};
  if (starts("//") || starts("/*")) return {offset, "a comment", "JSON, which has no comments", {}};
  if (rest[0] == '}' || rest[0] == ']') {
    const auto before = text.substr(0, offset).find_last_not_of(" \t\r\n");
    if (before != std::string_view::npos && text[before] == ',') {
      return {before, "a trailing comma", "no comma before " + base::json_quote(rest.substr(0, 1)), {}};
    }
  }
  for (std::string_view word : {"NaN"sv, "nan"sv, "Infinity"sv, "-Infinity"sv, "undefined"sv}) {
    if (starts(word)) return {offset, std::string(word), "a number or null: JSON has no " + std::string(word), {}};
  }
  if (rest[0] == '\'') return {offset, "a single quote", "a string in double quotes", {}};
  if (message.find("number overflow") != std::string::npos) {
    const auto number = rest.substr(0, rest.find_first_of(" \t\r\n,]}"));
    return {offset, is_secret ? "a value that is not shown" : show(number), "a number that fits a double", {}};
  }
  if (rest[0] == '"' && message.find("invalid string") != std::string::npos) {
    if (message.find("ill-formed UTF-8") != std::string::npos) {
      // The parser may have needed the byte after it to see that.
      const bool after =
          failed > 0 && failed < text.size() && !is_outside_ascii(text[failed]) && is_outside_ascii(text[failed - 1]);
      return {after ? failed - 1 : failed, "a byte that is not UTF-8", "a file saved as UTF-8", {}};
    }
    return {failed, reason_of(message), "a valid JSON string", {}};
  }
  return {offset, kind_of_token(rest), expectation_of(message), {}};
}

// Builds the value and checks what the parser does not.
class Builder final : public nlohmann::json_sax<json> {
 public:
  Builder(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits), cursor_(text) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool binary(binary_t&) override { return false; }
  bool string(string_t& value) override { return check_string(value, cursor_.next_start()) && put(std::move(value)); }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    const std::size_t offset = cursor_.take();
    if (!check_string(name, offset)) return false;
    if (!keys_.back().insert(name).second) {
      faults_.push_back(
          {offset, "the key " + show(std::string_view(name)) + " a second time", "each key once in an object", {}});
    }
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& fault) override {
    broken_ = true;
    faults_.push_back(explain(text_, cursor_.next_start(), read > 0 ? read - 1 : 0, fault.what(), is_secret()));
    return false;
  }

  bool broken() const { return broken_; }
  const std::vector<JsonFault>& faults() const { return faults_; }
  json take_root() { return std::move(root_); }

 private:
  // The value at hand is a secret's, or within one's.
  bool is_secret() const { return (!secret_.empty() && secret_.back()) || is_secret_name(key_); }
  bool fail(JsonFault fault) {
    broken_ = true;
    faults_.push_back(std::move(fault));
    return false;
  }
  bool check_string(const std::string& value, std::size_t offset) {
    if (value.size() > limits_.string_bytes) {
      return fail({offset,
                   "a string of " + std::to_string(value.size()) + " bytes",
                   "at most " + std::to_string(limits_.string_bytes) + " bytes",
                   {}});
    }
    // Everything that reads the value afterwards may take it for the end of the string.
    if (value.find('\0') != std::string::npos) return fail({offset, "\\u0000 in a string", "a string without it", {}});
    return true;
  }
  json* place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[key_] = std::move(value));
  }
  bool put(json value) {
    cursor_.take();
    place(std::move(value));
    return true;
  }
  bool open(json container) {
    const std::size_t offset = cursor_.take();
    if (open_.size() >= limits_.depth) {
      return fail({offset, "nesting deeper than " + std::to_string(limits_.depth), "a flatter document", {}});
    }
    secret_.push_back(is_secret());
    open_.push_back(place(std::move(container)));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    cursor_.take();
    open_.pop_back();
    secret_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  JsonLimits limits_;
  TokenCursor cursor_;
  json root_;
  std::vector<json*> open_;
  std::vector<std::set<std::string>> keys_;
  std::vector<bool> secret_;  // of the open ones
  std::string key_;
  std::vector<JsonFault> faults_;
  bool broken_ = false;
};

// What can be told from the first bytes, before any parsing.
std::optional<JsonFault> check_encoding(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.file_bytes) {
    return JsonFault{0,
                     "a file of " + std::to_string(text.size()) + " bytes",
                     "at most " + std::to_string(limits.file_bytes) + " bytes",
                     {}};
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return JsonFault{0, "an empty file", "a JSON object", {}};
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return JsonFault{0, "a byte order mark", "UTF-8 without one", "save the file as \"UTF-8\", not \"UTF-8 with BOM\""};
  }
  const bool zero_bytes = text.size() >= 2 && (text[0] == '\0' || text[1] == '\0');
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || zero_bytes) {
    return JsonFault{0, "UTF-16 or UTF-32 text", "UTF-8", "save the file as UTF-8"};
  }
  return std::nullopt;
}

}  // namespace

Position Document::position(std::string_view pointer, PositionOf what) const {
  std::call_once(asked_, [this] { positions_.emplace(text_); });
  return positions_->of(pointer, what);
}

std::shared_ptr<const Document> read_json(std::string file, std::string text, Issues& issues,
                                          const JsonLimits& limits) {
  std::optional<Lines> lines;
  const auto report = [&](const JsonFault& fault) {
    if (!lines) lines.emplace(text);
    issues.add({Severity::error, file, "", lines->at(fault.offset), fault.found, fault.expected, fault.hint});
  };
  if (const auto fault = check_encoding(text, limits)) {
    report(*fault);
    return nullptr;
  }
  Builder builder(text, limits);
  json::sax_parse(text.begin(), text.end(), &builder);
  for (const JsonFault& fault : builder.faults()) report(fault);
  if (builder.broken()) return nullptr;
  return std::make_shared<const Document>(std::move(file), std::move(text), builder.take_root());
}

}  // namespace router::config
