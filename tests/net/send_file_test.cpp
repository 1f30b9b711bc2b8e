#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "net/server.h"
#include "support/temporary_folder.h"

namespace router::send_file_test {

using std::string;

namespace {

constexpr std::size_t kSize = 5 * 1024 * 1024 + 7;

string pattern(std::size_t size) {
  string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + (i * 31 + i / 4093) % 26);
  return bytes;
}

// Answers every request with a part of one file.
class FileHandler final : public net::Handler {
 public:
  base::Task<void> handle(net::Exchange& exchange) override {
    net::ResponseStart start;
    start.body = kind;
    start.content_length = announced;
    start.fields.add("Date", "now");  // else it is the router's
    exchange.start_response(std::move(start));
    auto sent = co_await exchange.send_file(descriptor, offset, length);
    if (sent) sent = co_await exchange.finish(http::kNoFields);
    if (!sent) fault.set_value(base::describe(sent.error()));
  }
  http::Response refusal(const base::Error&, const http::Headers&) override { return http::text_response(400, "bad"); }

  int descriptor = -1;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t announced = 0;
  http::BodyKind kind = http::BodyKind::length;
  std::promise<string> fault;
};

class RunningServer {
 public:
  explicit RunningServer(std::string_view content) {
    folder_.write("file", content);
    handler.descriptor = ::open((folder_ / "file").c_str(), O_RDONLY | O_CLOEXEC);
    handler.length = handler.announced = content.size();
    net::ServerTimeouts timeouts;
    timeouts.stall = base::milliseconds(300);
    server_.emplace(loop_, handler, net::ParseLimits{}, timeouts, limits_);
    const auto port = server_->listen(0);
    REQUIRE(port.has_value());
    port_ = *port;
    server_->start();
    // as the program does
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~RunningServer() {
    loop_.post([this] { server_->abort_all(); });
    // what has been aborted still has to run to its end
    while (thread_.joinable() && server_->connections() > 0) std::this_thread::yield();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
    ::close(handler.descriptor);
  }

  // The first call starts the loop: the handler is set up before.
  int connect() {
    if (!thread_.joinable()) thread_ = std::thread([this] { loop_.run(); });
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{10, 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return client;
  }
  void truncate(std::size_t size) const { std::filesystem::resize_file(folder_ / "file", size); }

  FileHandler handler;

 private:
  test::TemporaryFolder folder_;
  net::AsioLoop loop_;
  net::ConnectionLimits limits_{0, 0};
  std::optional<net::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

void ask(int client, const char* connection = "keep-alive") {
  const string request = string("GET / HTTP/1.1\r\nHost: a\r\nConnection: ") + connection + "\r\n\r\n";
  REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
}

// Reads up to `size` bytes, fewer if the connection ends.
string read(int client, std::size_t size) {
  string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const auto got = ::recv(client, bytes.data() + filled, size - filled, 0);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

string head_of(std::size_t length) {
  return "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("send file: the whole file follows its head, and the connection goes on") {
  const auto content = pattern(kSize);
  RunningServer server(content);
  const int client = server.connect();
  const auto head = head_of(kSize);
  for (int round = 0; round < 2; ++round) {
    ask(client);
    CHECK(read(client, head.size()) == head);
    CHECK((read(client, kSize) == content));
  }
  ::close(client);
}

TEST_CASE("send file: a part of the file is sent") {
  const auto content = pattern(100'000);
  RunningServer server(content);
  server.handler.offset = 1000;
  server.handler.length = server.handler.announced = 60'000;
  const int client = server.connect();
  ask(client, "close");
  const auto answer = read(client, 200'000);
  CHECK(answer.size() > 60'000);
  CHECK((answer.substr(answer.size() - 60'000) == content.substr(1000, 60'000)));
  ::close(client);
}

TEST_CASE("send file: more than was announced is refused") {
  RunningServer server(pattern(100));
  server.handler.announced = 10;
  const int client = server.connect();
  ask(client);
  CHECK(server.handler.fault.get_future().get() == "internal (router): body longer than announced");
  ::close(client);
}

TEST_CASE("send file: a chunked body works as well") {
  const auto content = pattern(10);
  RunningServer server(content);
  server.handler.kind = http::BodyKind::chunked;
  const int client = server.connect();
  ask(client, "close");
  CHECK(read(client, 10'000).ends_with("\r\n\r\na\r\n" + content + "\r\n0\r\n\r\n"));
  ::close(client);
}

TEST_CASE("send file: a file that became shorter ends the connection, so that the answer cannot look complete") {
  RunningServer server(pattern(kSize));
  server.truncate(1000);
  const int client = server.connect();
  ask(client);
  CHECK(read(client, kSize).size() < kSize);
  CHECK(server.handler.fault.get_future().get() == "internal (router): a file became shorter while it was sent");
  ::close(client);
}

TEST_CASE("send file: a client that reads nothing is given up after the stall time") {
  RunningServer server(string(64 * 1024 * 1024, 'x'));
  const int client = server.connect();
  ask(client);
  CHECK(server.handler.fault.get_future().get().starts_with("closed (client): the client is gone"));
  ::close(client);
}

TEST_CASE("send file: a client that closes ends the sending") {
  RunningServer server(string(64 * 1024 * 1024, 'x'));
  const int client = server.connect();
  ask(client);
  CHECK(read(client, 1000).size() == 1000);
  ::close(client);
  CHECK(server.handler.fault.get_future().get().starts_with("closed (client): the client is gone"));
}

}  // namespace router::send_file_test
