// One ClientConnection over a wire, a handler of scripts behind it, and time that the test turns.
//
//   ClientWorld world;
//   world.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
//   CHECK(world.received() == answer("/a"));
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "net/client_connection.h"
#include "turned_loop.h"

namespace router::test {

// A whole answer; `fields`: those of the connection.
inline std::string answer(std::string_view body, std::string_view fields = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}
inline std::string last_answer(std::string_view body) { return answer(body, "Connection: close\r\n"); }

inline std::string request(std::string_view path, std::string_view fields = {}, std::string_view version = "HTTP/1.1") {
  return "GET " + std::string(path) + " " + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

// Answers with the path, unless a path has a script.
class ScriptedHandler final : public net::Handler {
 public:
  using Script = base::Task<void> (*)(net::Exchange&, ScriptedHandler&);

  base::Task<void> handle(net::Exchange& exchange) override {
    const std::string path(exchange.request().target.path);
    begun.push_back(path);
    const auto found = scripts.find(path);
    auto answering = (found == scripts.end() ? &echo : found->second)(exchange, *this);
    co_await answering;
  }
  http::Response refusal(const base::Error& error, const http::Headers&) override {
    refused.push_back(error.code);
    return {400, {}, "refused"};
  }

  static base::Task<void> echo(net::Exchange& exchange, ScriptedHandler&) {
    http::Response response{200, {}, std::string(exchange.request().target.path)};
    const auto sent = co_await exchange.respond(std::move(response));
    (void)sent;
  }
  // When the gate opens.
  static base::Task<void> echo_late(net::Exchange& exchange, ScriptedHandler& handler) {
    co_await handler.gate.wait();
    auto answering = echo(exchange, handler);
    co_await answering;
  }
  // Answers with the body that it has read; what kept it from that is in `fault`.
  static base::Task<void> echo_body(net::Exchange& exchange, ScriptedHandler& handler) {
    http::Response response;
    for (bool last = false; !last;) {
      const auto piece = co_await exchange.read_body();
      if (!piece) {
        handler.fault = piece.error();
        break;
      }
      response.body.append(piece->data);
      last = piece->last;
    }
    const auto sent = co_await exchange.respond(std::move(response));
    (void)sent;
  }

  std::map<std::string, Script, std::less<>> scripts;
  base::Event gate;
  std::vector<std::string> begun;
  std::vector<base::ErrorCode> refused;
  std::optional<base::Error> fault;
  net::Exchange* current = nullptr;  // for a script to show
  int gone = 0;
};

struct ClientWorld : TurnedLoop {
  explicit ClientWorld(net::ServerTimeouts times = {}) : timeouts(times) {
    using net::ClientConnection;
    auto made = std::make_unique<ClientConnection>(loop, wire.near_end(loop), handler, connections, limits, timeouts);
    ClientConnection::start(std::move(made), nullptr, [this] { closed = true; });
    settle();
  }
  ~ClientWorld() {
    connections.abort_all();
    settle();
    handler.gate.set();
    settle();
  }

  bool send(std::string_view bytes) {
    const bool sent = wire.send(bytes);
    settle();
    return sent;
  }
  // What has come since the last call, without Date.
  std::string received() {
    std::string bytes = wire.received();
    for (auto begin = bytes.find("Date: "); begin != std::string::npos; begin = bytes.find("Date: ", begin)) {
      bytes.erase(begin, bytes.find('\n', begin) + 1 - begin);
    }
    return bytes;
  }
  bool has_ended() {
    CHECK(wire.received() == "");
    return wire.has_ended();
  }

  Wire wire;
  ScriptedHandler handler;
  net::Connections connections;
  net::ParseLimits limits;
  net::ServerTimeouts timeouts;
  bool closed = false;
};

}  // namespace router::test
