#include "management/server.h"

#include <httplib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "base/text.h"
#include "config/unix_path.h"
#include "http/query.h"
#include "management/doorkeeper.h"
#include "management/serve.h"

namespace router::management {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

constexpr std::size_t kThreads = 16;
constexpr const char* kNoPassphrase = "none";  // without any, OpenSSL asks on the terminal
constexpr std::size_t kMostBody = 64 * 1024;
constexpr std::time_t kWaitSeconds = 2;  // for bytes of a request, or for room for those of an answer
constexpr int kMostStreams = 4;          // of the threads; the others answer

Request to_request(const httplib::Request& from) {
  // not the library's parameters: it has those of a body that calls itself a form, too, as curl -d does
  std::map<std::string, std::string> query;
  const auto asked = base::cut(from.target, '?');
  for (auto& one : http::parse_query(asked.after.value_or(std::string_view())))
    query.emplace(std::move(one.name), std::move(one.value).value_or(""));
  return {.method = from.method,
          .path = from.path,
          .accept = from.get_header_value("Accept"),
          .authorization = from.get_header_value("Authorization"),
          .address = from.remote_addr,
          .body = from.body,
          .query = std::move(query),
          .cookie = from.get_header_value("Cookie"),
          .origin = from.get_header_value("Origin"),
          .requested_by = from.get_header_value("x-requested-by"),
          .host = from.get_header_value("Host")};
}

void fill(httplib::Response& to, const Response& from) {
  to.status = from.status;
  if (!from.stream.next) to.set_content(from.body, from.type);
  to.set_header("Cache-Control", "no-store");
  to.set_header("X-Content-Type-Options", "nosniff");
  to.set_header("Referrer-Policy", "no-referrer");
  for (const auto& [name, value] : from.fields) to.set_header(name, value);
  if (from.status == 401) to.set_header("WWW-Authenticate", "Bearer");
  if (!from.allow.empty()) to.set_header("Allow", from.allow);
  if (from.come_again_after != 0) to.set_header("Retry-After", std::to_string(from.come_again_after));
}

// A file of that name that is a socket nobody listens at is left over from a process that did not end well.
void remove_left_over(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool answers = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const bool is_left_over = !answers && errno == ECONNREFUSED;
  ::close(probe);
  if (is_left_over) ::unlink(path.c_str());
}

// The router does not stop for want of a listener's socket option; children never inherit it.
void set_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // and not SO_REUSEPORT: one process has the port
}

}  // namespace

struct Server::Listener {
  Listener(ServerOptions given, Operations& to_ask, const base::Clock& clock)
      : options(std::move(given)),
        socket_path(config::unix_path(options.bind)),
        operations(to_ask),
        doorkeeper({options.token, options.read_token, socket_path.has_value(), !options.tls_certificate.empty()},
                   clock) {}

  Result<void> make();
  Result<std::uint16_t> bind();
  Result<std::uint16_t> bind_path(std::string path);
  void answer(const httplib::Request& request, httplib::Response& response);
  void go_on(httplib::Response& response, const Response& from);
  // Whether the port goes on after that time.
  bool pause(base::milliseconds time);
  void record();
  void stop();

  ServerOptions options;
  const std::optional<std::string> socket_path;
  Operations& operations;
  Doorkeeper doorkeeper;
  History history;
  std::string path;  // of a Unix socket that is ours
  std::unique_ptr<httplib::Server> server;
  std::thread thread;
  std::thread recorder;  // of what goes on
  std::atomic<int> streams = 0;
  std::mutex mutex;
  std::condition_variable stops;
  bool is_stopping = false;  // with the mutex held
};

void Server::Listener::answer(const httplib::Request& request, httplib::Response& response) {
  Response made;
  try {
    made = serve(to_request(request), doorkeeper, operations, history);
  } catch (...) {
    base::log_error("management.failed", {{"path", request.path}, {"detail", base::caught_error().detail}});
    made = problem(500, "a fault of the router; its log says more");
  }
  if (made.stream.next && ++streams > kMostStreams) {
    --streams;
    made = problem(503, "as many as may look at the overview already");
    made.come_again_after = 10;
  }
  fill(response, made);
  if (made.stream.next) go_on(response, made);
}

void Server::Listener::go_on(httplib::Response& response, const Response& from) {
  auto is_first = std::make_shared<bool>(true);
  const auto write = [this, stream = from.stream, is_first](std::size_t, httplib::DataSink& sink) {
    if (!std::exchange(*is_first, false) && !pause(stream.pause)) {
      sink.done();
      return true;
    }
    try {
      const auto piece = stream.next();
      if (!piece.empty()) return sink.write(piece.data(), piece.size());
    } catch (...) {
      base::log_error("management.failed", {{"detail", base::caught_error().detail}});
    }
    sink.done();
    return true;
  };
  response.set_chunked_content_provider(from.type, write, [this](bool) { --streams; });
}

bool Server::Listener::pause(base::milliseconds time) {
  std::unique_lock lock(mutex);
  return !stops.wait_for(lock, time, [this] { return is_stopping; });
}

void Server::Listener::record() {
  do {
    try {
      history.note(take_sample(operations));
    } catch (...) {
      base::log_error("management.failed", {{"detail", base::caught_error().detail}});
    }
  } while (pause(History::kEvery));
}

void Server::Listener::stop() {
  {
    const std::lock_guard lock(mutex);
    is_stopping = true;
  }
  stops.notify_all();
  server->stop();
}

Result<void> Server::Listener::make() {
  if (options.tls_certificate.empty()) {
    server = std::make_unique<httplib::Server>();
  } else {
    auto with_tls = std::make_unique<httplib::SSLServer>(options.tls_certificate.c_str(), options.tls_key.c_str(),
                                                         nullptr, nullptr, kNoPassphrase);
    if (with_tls->is_valid()) SSL_CTX_set_min_proto_version(with_tls->ssl_context(), TLS1_2_VERSION);
    server = std::move(with_tls);
  }
  if (!server->is_valid()) {
    return Error{ErrorCode::invalid_config, Side::router,
                 "MANAGEMENT_TLS_CERT, MANAGEMENT_TLS_KEY: no usable certificate with its key"};
  }
  server->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server->set_keep_alive_max_count(1);
  server->set_keep_alive_timeout(kWaitSeconds);
  server->set_read_timeout(kWaitSeconds);
  server->set_write_timeout(kWaitSeconds);
  server->set_payload_max_length(kMostBody);
  server->set_tcp_nodelay(!socket_path);
  server->set_socket_options([](int socket) { set_options(socket); });
  // what is there, and who may ask, is decided in one place, for every path
  const auto take = [this](const httplib::Request& request, httplib::Response& response) { answer(request, response); };
  // a POST that does not say how long it is has no body (RFC 9112 section 6.3); the library would wait for its end, and
  // reads chunks without end, before anybody is asked for a token
  server->set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    using Outcome = httplib::Server::HandlerResponse;
    if (request.has_header("Transfer-Encoding")) {
      fill(response, problem(411, "a body says by Content-Length how long it is"));
      return Outcome::Handled;
    }
    if (request.has_header("Content-Length")) return Outcome::Unhandled;
    answer(request, response);
    return Outcome::Handled;
  });
  constexpr const char* kEverything = ".*";
  server->Get(kEverything, take);
  server->Post(kEverything, take);
  server->Put(kEverything, take);
  server->Delete(kEverything, take);
  server->Patch(kEverything, take);
  server->Options(kEverything, take);
  // what the library refuses itself: too large, no request at all
  server->set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) fill(response, problem(response.status, "no request that can be read"));
  });
  return {};
}

Result<std::uint16_t> Server::Listener::bind_path(std::string wanted) {
  if (wanted.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return Error{ErrorCode::refused, Side::router, "MANAGEMENT_BIND: the path " + wanted + " is too long for a socket"};
  }
  remove_left_over(wanted);
  server->set_address_family(AF_UNIX);
  // before any other thread is there; the group may connect, others may not
  const mode_t before = ::umask(0117);
  constexpr int kSomePort = 80;  // the library wants one
  const bool bound = server->bind_to_port(wanted, kSomePort);
  const int why = errno;
  ::umask(before);
  if (!bound) {
    return Error{ErrorCode::refused, Side::router,
                 "cannot listen on " + wanted + " (MANAGEMENT_BIND): " + std::string(std::strerror(why))};
  }
  path = std::move(wanted);
  return std::uint16_t{0};
}

Result<std::uint16_t> Server::Listener::bind() {
  if (socket_path) return bind_path(*socket_path);
  int port = options.port;
  const bool bound =
      port == 0 ? (port = server->bind_to_any_port(options.bind)) > 0 : server->bind_to_port(options.bind, port);
  if (bound) return static_cast<std::uint16_t>(port);
  return Error{ErrorCode::refused, Side::router,
               "cannot listen on " + options.bind + " port " + std::to_string(options.port) +
                   " (MANAGEMENT_PORT): " + std::string(std::strerror(errno))};
}

Server::Server(ServerOptions options, Operations& operations, const base::Clock& clock)
    : listener_(std::make_unique<Listener>(std::move(options), operations, clock)) {}

Result<std::uint16_t> Server::start() {
  if (auto made = listener_->make(); !made) return made.error();
  auto port = listener_->bind();
  if (!port) return port;
  listener_->recorder = std::thread([listener = listener_.get()] { listener->record(); });
  listener_->thread = std::thread([server = listener_->server.get()] { server->listen_after_bind(); });
  // until then it cannot be stopped
  while (!listener_->server->is_running()) std::this_thread::yield();
  return port;
}

Server::~Server() {
  if (!listener_->thread.joinable()) return;
  listener_->stop();
  listener_->thread.join();
  listener_->recorder.join();
  if (!listener_->path.empty()) ::unlink(listener_->path.c_str());
}

}  // namespace router::management
