#include "support/http_text.h"

#include <algorithm>
#include <cctype>

#include "support/secrets_seen.h"

namespace router::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kTokenMarks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\t'; });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Lines of `block` (each ends with CRLF); false if one is no field.
bool parse_fields(std::string_view block, Fields& fields) {
  while (!block.empty()) {
    const auto end = block.find("\r\n");
    if (end == std::string_view::npos) return false;
    const auto line = block.substr(0, end);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) || !is_value(line)) return false;
    fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    block.remove_prefix(end + 2);
  }
  return true;
}

std::optional<std::size_t> parse_number(std::string_view text, int base) {
  const auto is_digit = [base](char c) {
    return base == 10 ? std::isdigit(static_cast<unsigned char>(c)) != 0
                      : std::isxdigit(static_cast<unsigned char>(c)) != 0;
  };
  if (text.empty() || text.size() > 15 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return std::stoull(std::string(text), nullptr, base);
}

// Reads chunks from `bytes` at `position`; moves it behind the trailers.
Reading read_chunks(std::string_view bytes, std::size_t& position, TextMessage& message) {
  for (;;) {
    const auto line_end = bytes.find("\r\n", position);
    if (line_end == std::string_view::npos) return Reading::incomplete;
    const auto size = parse_number(bytes.substr(position, line_end - position), 16);
    if (!size) return Reading::malformed;
    position = line_end + 2;
    if (*size == 0) break;
    if (bytes.size() < position + *size + 2) {
      message.body.append(bytes.substr(position, *size));
      return Reading::incomplete;
    }
    message.body.append(bytes.substr(position, *size));
    position += *size;
    if (bytes.substr(position, 2) != "\r\n") return Reading::malformed;
    position += 2;
  }
  const auto rest = bytes.substr(position);
  if (rest.starts_with("\r\n")) {
    position += 2;
    return Reading::complete;
  }
  const auto end = rest.find("\r\n\r\n");
  if (end == std::string_view::npos) return Reading::incomplete;
  position += end + 4;
  return parse_fields(rest.substr(0, end + 2), message.trailers) ? Reading::complete : Reading::malformed;
}

bool is_start_line(std::string_view line, BodyRule rule) {
  if (rule != BodyRule::request) return line.starts_with("HTTP/1.") && line.size() >= 12 && is_value(line);
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  return first != std::string_view::npos && last > first && is_token(line.substr(0, first)) &&
         line.substr(first + 1, last - first - 1).find_first_of(" \t\r\n") == std::string_view::npos &&
         (line.substr(last + 1) == "HTTP/1.1" || line.substr(last + 1) == "HTTP/1.0");
}

Reading read_body(std::string_view bytes, std::size_t& position, BodyRule rule, bool at_end, TextMessage& message) {
  const auto codings = message.head.all("Transfer-Encoding");
  const auto lengths = message.head.all("Content-Length");
  if (rule == BodyRule::bodiless_response) return Reading::complete;
  if (codings.size() + lengths.size() > 1) return Reading::malformed;
  if (!codings.empty()) {
    message.chunked = true;
    return same_name(codings.front(), "chunked") ? read_chunks(bytes, position, message) : Reading::malformed;
  }
  if (!lengths.empty()) {
    const auto length = parse_number(lengths.front(), 10);
    if (!length) return Reading::malformed;
    message.body = bytes.substr(position, *length);
    if (message.body.size() < *length) return Reading::incomplete;
    position += *length;
    return Reading::complete;
  }
  if (rule == BodyRule::request) return Reading::complete;
  message.body = bytes.substr(position);
  position = bytes.size();
  return at_end ? Reading::complete : Reading::incomplete;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

std::vector<std::string> TextHead::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : fields) {
    if (same_name(key, name)) values.push_back(value);
  }
  return values;
}

std::string TextHead::field(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? std::string() : values.front();
}

std::string TextMessage::method() const { return head.start_line.substr(0, head.start_line.find(' ')); }

std::string TextMessage::target() const {
  const auto first = head.start_line.find(' ');
  const auto last = head.start_line.rfind(' ');
  return first == std::string::npos || last <= first ? "" : head.start_line.substr(first + 1, last - first - 1);
}

int TextMessage::status() const {
  if (!head.start_line.starts_with("HTTP/1.") || head.start_line.size() < 12) return 0;
  return static_cast<int>(parse_number(std::string_view(head.start_line).substr(9, 3), 10).value_or(0));
}

Parsed parse_message(std::string_view bytes, BodyRule rule, bool at_end) {
  Parsed parsed;
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return parsed;
  auto& message = parsed.message;
  const auto block = bytes.substr(0, head_end + 2);
  const auto line_end = block.find("\r\n");
  message.head.start_line = block.substr(0, line_end);
  parsed.has_head = true;
  if (!is_start_line(message.head.start_line, rule) || !parse_fields(block.substr(line_end + 2), message.head.fields)) {
    parsed.reading = Reading::malformed;
    return parsed;
  }
  const int status = message.status();
  if (rule == BodyRule::response && (status / 100 == 1 || status == 204 || status == 304))
    rule = BodyRule::bodiless_response;
  std::size_t position = head_end + 4;
  parsed.reading = read_body(bytes, position, rule, at_end, message);
  if (parsed.reading == Reading::complete) {
    parsed.length = position;
    note_secrets(message);
  }
  return parsed;
}

}  // namespace router::test
