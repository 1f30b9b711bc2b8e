// Requests and responses of the management port, apart from the library that reads and writes them (management/server).
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace router::management {

struct Request {
  std::string method;
  std::string path;
  std::string accept;
  std::string authorization;
  std::string address;  // of the client; empty on a Unix socket
  std::string body;
  std::map<std::string, std::string> query = {};  // decoded; the first of each name
  std::string cookie = {};
  std::string origin = {};        // of the page that a browser asks for
  std::string requested_by = {};  // x-requested-by, which no other site can send
  std::string host = {};          // with its port
};

// An answer that goes on: pieces, one after the other with a pause in between, until there is an empty one. Called on the
// connection's own thread.
struct PieceByPiece {
  std::chrono::milliseconds pause{0};
  std::function<std::string()> next;  // empty function: the answer is its body
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string allow = {};                                        // 405
  unsigned come_again_after = 0;                                 // seconds; 429, 503
  PieceByPiece stream = {};                                      // instead of a body
  std::vector<std::pair<std::string, std::string>> fields = {};  // more of them
};

// RFC 9457, application/problem+json.
Response problem(int status, std::string_view detail);

}  // namespace router::management
