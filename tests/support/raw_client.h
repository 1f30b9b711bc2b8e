// A client that sends exactly the bytes it is given and takes the answers apart strictly.
//
//   RawClient client(router.port());
//   client.send("GET /a HTTP/1.1\r\nHost: app.example\r\n\r\n");
//   const auto answer = client.read();
//   CHECK(answer.status() == 200);
//
// One thread. Reading never blocks past its deadline: what then came is in the answer, marked incomplete.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/http_text.h"
#include "support/socket.h"

namespace router::test {

struct RawAnswer : TextMessage {
  std::vector<TextHead> interim;  // the 1xx before it
  bool complete = false;
  bool malformed = false;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(connect_to(port)) {}

  bool send(std::string_view bytes, milliseconds at_most = kPatience) { return socket_.send(bytes, in(at_most)); }
  void finish_sending() { socket_.shutdown_write(); }
  void close() { socket_.close(); }
  void reset() { socket_.reset(); }

  // The next answer with its 1xx. `to_method`: HEAD has no body.
  RawAnswer read(milliseconds at_most = kPatience, std::string_view to_method = "GET");
  // The next head alone; its body stays to be read with read_piece().
  RawAnswer read_head(milliseconds at_most = kPatience);
  // Whatever comes next, at most 64 KiB; "" at the end or at the deadline.
  std::string read_piece(milliseconds at_most = kPatience);

  // Reads on to the end of the connection; false if it stays open.
  bool ends(milliseconds at_most = kPatience);
  bool was_reset() const { return reset_; }
  // True if the router has nothing to say for so long.
  bool stays_silent(milliseconds time) { return unread_.empty() && !socket_.wait_readable(in(time)); }

  // Every byte that came, for searches.
  const std::string& received() const { return received_; }
  const Socket& socket() const { return socket_; }

 private:
  Received fill(TimePoint deadline);

  Socket socket_;
  std::string received_;
  std::string unread_;
  bool ended_ = false;
  bool reset_ = false;
};

using FieldList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A request with Host and, if there is a body, Content-Length.
std::string make_request(std::string_view method, std::string_view target, FieldList fields = {},
                         std::string_view body = {});

// A WebSocket's opening handshake (RFC 6455 section 4.1), `more` fields in it; an empty `origin` is left out.
std::string make_handshake(std::string_view target, std::string_view host, std::string_view origin,
                           FieldList more = {});

// One request on a connection of its own.
RawAnswer ask(std::uint16_t port, std::string_view request, milliseconds at_most = kPatience);

// "\r", "\n", "\t", "\0", "\\" and "\xNN" as h1_cases.json writes them.
std::string unescape(std::string_view text);

}  // namespace router::test
