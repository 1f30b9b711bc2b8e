// Back-ends for the benchmarks: cheap enough that what is measured is the proxy in front of them.
//
//   bench-origin PORT:KIND...     KIND: small (1 KiB), big (1 MiB), slow (1 KiB after 200 ms), hang (never answers)
//
// Reads just enough HTTP: a head up to its empty line, and a body of Content-Length bytes, which is thrown away.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Kind {
  std::string answer;
  std::chrono::milliseconds delay{0};
  bool answers = true;
};

Kind make_kind(const std::string& name) {
  const std::size_t size = name == "big" ? 1024 * 1024 : 1024;
  Kind kind;
  kind.answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  kind.answer.append(size, 'x');
  if (name == "slow") kind.delay = std::chrono::milliseconds(200);
  kind.answers = name != "hang";
  return kind;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Kind& kind) : socket_(std::move(socket)), timer_(socket_.get_executor()), kind_(kind) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const error_code& fault, std::size_t bytes) {
      if (!fault) self->took(std::string_view(self->buffer_.data(), bytes));
    });
  }

 private:
  void took(std::string_view bytes) {
    const auto skipped = std::min<std::size_t>(body_left_, bytes.size());
    body_left_ -= skipped;
    in_body_ = in_body_ && body_left_ > 0;
    if (skipped > 0 && body_left_ == 0) return answer();
    head_.append(bytes.substr(skipped));
    const auto end = head_.find("\r\n\r\n");
    if (in_body_ || end == std::string::npos) return read();
    const auto length = head_.find("Content-Length: ");
    if (length < end) body_left_ = std::strtoull(head_.c_str() + length + 16, nullptr, 10);
    const auto here = std::min<std::size_t>(body_left_, head_.size() - end - 4);
    body_left_ -= here;
    head_.clear();
    in_body_ = body_left_ > 0;
    if (in_body_) return read();
    answer();
  }

  void answer() {
    if (!kind_.answers) return;  // keeps the connection, says nothing
    if (kind_.delay.count() == 0) return send();
    timer_.expires_after(kind_.delay);
    timer_.async_wait([self = shared_from_this()](const error_code& fault) {
      if (!fault) self->send();
    });
  }

  void send() {
    asio::async_write(socket_, asio::buffer(kind_.answer), [self = shared_from_this()](const error_code& fault, std::size_t) {
      if (!fault) self->read();
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const Kind& kind_;
  std::array<char, 64 * 1024> buffer_{};
  std::string head_;
  std::size_t body_left_ = 0;
  bool in_body_ = false;
};

void accept(tcp::acceptor& acceptor, const Kind& kind) {
  acceptor.async_accept([&acceptor, &kind](const error_code& fault, tcp::socket socket) {
    if (!fault) std::make_shared<Connection>(std::move(socket), kind)->read();
    accept(acceptor, kind);
  });
}

}  // namespace

int main(int argc, char** argv) {
  asio::io_context context(1);
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
  std::vector<std::unique_ptr<Kind>> kinds;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto colon = argument.find(':');
    const auto port = static_cast<unsigned short>(std::atoi(argument.c_str()));
    kinds.push_back(std::make_unique<Kind>(make_kind(argument.substr(colon + 1))));
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    acceptors.push_back(std::make_unique<tcp::acceptor>(context, endpoint));
    acceptors.back()->listen(4096);
    accept(*acceptors.back(), *kinds.back());
  }
  std::puts("ready");
  std::fflush(stdout);
  context.run();
}
