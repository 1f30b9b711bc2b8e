// HTTP/1.1 messages as tests read them: strict, complete in memory, and written independently of router/net, so that a
// mistake there is not repeated here. Anything that is not plainly right is `malformed`.
// Source: RFC 9112 sections 2 to 7.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace router::test {

struct TextHead {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> fields;

  // The first field of that name in any case; "" if there is none.
  std::string field(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  bool has(std::string_view name) const { return !all(name).empty(); }
};

struct TextMessage {
  TextHead head;
  std::string body;  // without chunk framing
  std::vector<std::pair<std::string, std::string>> trailers;
  bool chunked = false;

  std::string method() const;
  std::string target() const;
  int status() const;  // 0 if the start line has none
  std::string field(std::string_view name) const { return head.field(name); }
  bool has(std::string_view name) const { return head.has(name); }
};

enum class Reading { complete, incomplete, malformed };

// How a response's body ends, which its head alone does not say.
enum class BodyRule { request, response, bodiless_response };

struct Parsed {
  Reading reading = Reading::incomplete;
  TextMessage message;  // as far as it goes
  bool has_head = false;
  std::size_t length = 0;  // bytes of a complete message
};

// The message that `bytes` begins with. `at_end`: no more bytes will come (a response without length is then complete).
Parsed parse_message(std::string_view bytes, BodyRule rule, bool at_end = false);

bool same_name(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);

}  // namespace router::test
