#include "demo/listener.h"

namespace router::demo {
namespace {

constexpr const char* kAddress = "127.0.0.1";
// A kept-alive connection holds a thread, and the router keeps some connections on every core.
constexpr std::size_t kThreads = 48;
constexpr std::size_t kRequestsPerConnection = 1000;
constexpr std::size_t kMaxBody = 64 * 1024;

}  // namespace

Listener::Listener() {
  server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server_.set_tcp_nodelay(true);
  server_.set_keep_alive_max_count(kRequestsPerConnection);
  server_.set_payload_max_length(kMaxBody);
  server_.set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
}

Listener::~Listener() {
  server_.stop();
  if (thread_.joinable()) thread_.join();
}

bool Listener::bind(std::uint16_t port) {
  int bound = port;
  if (port == 0) {
    bound = server_.bind_to_any_port(kAddress);
  } else if (!server_.bind_to_port(kAddress, port)) {
    bound = -1;
  }
  if (bound <= 0) return false;
  origin_ = "http://" + std::string(kAddress) + ":" + std::to_string(bound);
  return true;
}

void Listener::start() {
  thread_ = std::thread([this] { server_.listen_after_bind(); });
  // stop() does nothing before the loop runs, so nobody may get that far.
  while (!server_.is_running()) std::this_thread::yield();
}

}  // namespace router::demo
