// What the doubles of HTTP services stand on: a cpp-httplib server on the loopback interface, with a thread of its own.
//
//   server_->Get("/x", ...);
//   server_.start();
//
// Its end waits for who is being served, so it is the last member of the double.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace router::test {

class StubServer {
 public:
  StubServer();
  ~StubServer();
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;

  httplib::Server* operator->() const { return server_.get(); }
  // At any port. Throws where there is none.
  void start();
  int port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

void answer_json(httplib::Response& response, int status, const nlohmann::json& body);

}  // namespace router::test
