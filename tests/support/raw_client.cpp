#include "support/raw_client.h"

namespace router::test {

namespace {

// What RawClient::received() keeps at most: bodies of hundreds of MiB pass through it.
constexpr std::size_t kKept = 4 * 1024 * 1024;

}  // namespace

Received RawClient::fill(TimePoint deadline) {
  const auto before = unread_.size();
  const auto got = socket_.receive(unread_, deadline);
  if (received_.size() < kKept) received_.append(unread_, before);
  ended_ = ended_ || got == Received::end || got == Received::reset;
  reset_ = reset_ || got == Received::reset;
  return got;
}

RawAnswer RawClient::read(milliseconds at_most, std::string_view to_method) {
  const auto deadline = in(at_most);
  const auto rule = to_method == "HEAD" ? BodyRule::bodiless_response : BodyRule::response;
  RawAnswer answer;
  for (;;) {
    auto parsed = parse_message(unread_, rule, ended_ && !reset_);
    const bool final = parsed.message.status() >= 200 || parsed.message.status() == 101;
    if (parsed.reading == Reading::complete && !final) {
      answer.interim.push_back(std::move(parsed.message.head));
      unread_.erase(0, parsed.length);
      continue;
    }
    if (parsed.reading == Reading::incomplete && !ended_ && fill(deadline) != Received::timeout) continue;
    static_cast<TextMessage&>(answer) = std::move(parsed.message);
    answer.complete = parsed.reading == Reading::complete;
    answer.malformed = parsed.reading == Reading::malformed;
    unread_.erase(0, parsed.length);
    return answer;
  }
}

RawAnswer RawClient::read_head(milliseconds at_most) {
  const auto deadline = in(at_most);
  RawAnswer answer;
  for (;;) {
    auto parsed = parse_message(unread_, BodyRule::bodiless_response);
    if (parsed.reading == Reading::incomplete && !ended_ && fill(deadline) != Received::timeout) continue;
    unread_.erase(0, parsed.length);
    const int status = parsed.message.status();
    if (parsed.reading == Reading::complete && status / 100 == 1 && status != 101) {
      answer.interim.push_back(std::move(parsed.message.head));
      continue;
    }
    static_cast<TextMessage&>(answer) = std::move(parsed.message);
    answer.complete = parsed.reading == Reading::complete;
    answer.malformed = parsed.reading == Reading::malformed;
    return answer;
  }
}

std::string RawClient::read_piece(milliseconds at_most) {
  if (unread_.empty() && !ended_) fill(in(at_most));
  return std::exchange(unread_, {});
}

bool RawClient::ends(milliseconds at_most) {
  const auto deadline = in(at_most);
  while (!ended_) {
    if (fill(deadline) == Received::timeout) return false;
  }
  return true;
}

namespace {

using Fields = std::vector<FieldList::value_type>;

std::string write_request(std::string_view method, std::string_view target, const Fields& fields,
                          std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  bool has_host = false;
  for (const auto& [name, value] : fields) {
    request.append(name).append(": ").append(value).append("\r\n");
    has_host = has_host || same_name(name, "Host");
  }
  if (!has_host) request.append("Host: app.example\r\n");
  if (!body.empty()) request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return request.append("\r\n").append(body);
}

}  // namespace

std::string make_request(std::string_view method, std::string_view target, FieldList fields, std::string_view body) {
  return write_request(method, target, fields, body);
}

std::string make_handshake(std::string_view target, std::string_view host, std::string_view origin, FieldList more) {
  Fields fields = {{"Host", host}, {"Connection", "Upgrade"}, {"Upgrade", "websocket"}};
  fields.insert(fields.end(), more);
  if (!origin.empty()) fields.emplace_back("Origin", origin);
  fields.emplace_back("Sec-WebSocket-Version", "13");
  fields.emplace_back("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  return write_request("GET", target, fields, {});
}

RawAnswer ask(std::uint16_t port, std::string_view request, milliseconds at_most) {
  RawClient client(port);
  client.send(request, at_most);
  return client.read(at_most, request.substr(0, request.find(' ')));
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char kind = text[++i];
    switch (kind) {
      case 'r':
        out.push_back('\r');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 't':
        out.push_back('\t');
        break;
      case '0':
        out.push_back('\0');
        break;
      case 'x':
        out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
        i += 2;
        break;
      default:
        out.push_back(kind);
    }
  }
  return out;
}

}  // namespace router::test
