#include "support/stub_server.h"

#include <httplib.h>

#include <stdexcept>

namespace router::test {

StubServer::StubServer() : server_(std::make_unique<httplib::Server>()) {
  server_->set_keep_alive_timeout(1);  // the destructor waits for idle connections
}

StubServer::~StubServer() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

void StubServer::start() {
  port_ = server_->bind_to_any_port("127.0.0.1");
  if (port_ <= 0) throw std::runtime_error("no port for a double of a service");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // stop() before the loop runs would be lost
  while (!server_->is_running()) std::this_thread::yield();
}

void answer_json(httplib::Response& response, int status, const nlohmann::json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

}  // namespace router::test
