// A small web server on the loopback interface: cpp-httplib with the settings that all parts of the demo
// share.
//
// Handlers are added to server() before start(); they run on the server's own threads.
#pragma once

#include <httplib.h>

#include <cstdint>
#include <string>
#include <thread>

namespace router::demo {

class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  httplib::Server& server() { return server_; }

  // Port 0: any. False if it is taken. Requests wait in the backlog until start().
  bool bind(std::uint16_t port);
  // "http://127.0.0.1:<port>", after bind().
  const std::string& origin() const { return origin_; }
  void start();

 private:
  httplib::Server server_;
  std::string origin_;
  std::thread thread_;
};

}  // namespace router::demo
