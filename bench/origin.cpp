// Back-ends for the benchmarks: cheap enough that what is measured is the proxy in front of them.
//
//   bench-origin PORT:KIND...
//
// KIND: small (1 KiB), big (1 MiB), slow (1 KiB after 200 ms), hang (never answers), stream (GET /N: N bytes;
// GET /sent: how many bytes of such bodies it has got rid of so far), drip (100 KiB in 10 s), websocket
// (echoes messages of at most 125 bytes; /flood sends without end). Reads just enough HTTP: a head up to its
// empty line, and a body of Content-Length bytes, which is thrown away. cookie is small, and sets a session cookie.
// witness answers after 5 ms and remembers who told it what: GET /calls is a line for each call: its path, its token,
// when it came and when it was answered, 0 if it was not; seconds of the steady clock. All listen on the loopback
// interface, or at BENCH_ORIGIN_ADDRESS.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::uint64_t kDripBytes = 100 * 1024;

std::string answer_head(std::uint64_t size, const std::string& fields = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + fields + "Content-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

struct RememberedCall {
  std::string path, token;
  double came = 0, answered = 0;
};

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Kind {
  std::string name;
  std::string answer;
  std::chrono::milliseconds delay{0};
  bool answers = true;
  std::uint64_t answered = 0;
  std::deque<RememberedCall> calls{};
};

Kind make_kind(const std::string& name) {
  const std::size_t size = name == "big" ? 1024 * 1024 : 1024;
  Kind kind;
  kind.name = name;
  kind.answer = answer_head(size, name == "cookie" ? "Set-Cookie: held=1; Path=/\r\n" : "").append(size, 'x');
  if (name == "slow") kind.delay = std::chrono::milliseconds(200);
  if (name == "witness") {
    kind.delay = std::chrono::milliseconds(5);
    kind.answer = answer_head(0);
  }
  kind.answers = name != "hang";
  return kind;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Kind& kind) : socket_(std::move(socket)), timer_(socket_.get_executor()), kind_(kind) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const error_code& fault, std::size_t bytes) {
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
    path_ = path_of(head_);
    if (kind_.name == "witness" && path_ != "/calls" && path_ != "/answered") remember();
    head_.clear();
    in_body_ = body_left_ > 0;
    if (in_body_) return read();
    answer();
  }

  static std::string path_of(const std::string& head) {
    const auto begin = head.find(' ') + 1;
    return head.substr(begin, head.find(' ', begin) - begin);
  }

  void remember() {
    const auto at = head_.find(" Bearer ");
    const auto token = at == std::string::npos ? std::string("-") : head_.substr(at + 8, head_.find('\r', at) - at - 8);
    call_ = kind_.calls.size();
    kind_.calls.push_back({path_, token, steady_seconds(), 0});
  }

  void answer_calls() {
    std::ostringstream lines;
    lines << std::fixed;
    for (const auto& [path, token, came, answered] : kind_.calls)
      lines << path << ' ' << token << ' ' << came << ' ' << answered << '\n';
    const auto text = std::move(lines).str();
    write(answer_head(text.size()) + text, &Connection::read);
  }

  void answer() {
    if (!kind_.answers) return;  // keeps the connection, says nothing
    if (path_ == "/calls") return answer_calls();
    if (kind_.name == "websocket") return upgrade();
    if (kind_.name == "drip") return begin_body(kDripBytes);
    if (path_ == "/answered" || path_ == "/sent") return answer_number(path_ == "/sent" ? sent : kind_.answered);
    ++kind_.answered;
    if (kind_.name == "stream" && path_ != "/") return begin_body(std::strtoull(path_.c_str() + 1, nullptr, 10));
    if (kind_.delay.count() == 0) return send();
    timer_.expires_after(kind_.delay);
    timer_.async_wait([self = shared_from_this()](const error_code& fault) {
      if (!fault) self->send();
    });
  }

  void send() {
    if (kind_.name == "witness" && call_ < kind_.calls.size()) kind_.calls[call_].answered = steady_seconds();
    asio::async_write(socket_, asio::buffer(kind_.answer),
                      [self = shared_from_this()](const error_code& fault, std::size_t) {
                        if (!fault) self->read();
                      });
  }

  void write(std::string bytes, void (Connection::*next)()) {
    out_ = std::move(bytes);
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this(), next](const error_code& fault, std::size_t) {
                        if (!fault) (self.get()->*next)();
                      });
  }

  void answer_number(std::uint64_t number) {
    const auto text = std::to_string(number);
    write(answer_head(text.size()) + text, &Connection::read);
  }

  void begin_body(std::uint64_t size) {
    stream_left_ = size;
    write(answer_head(size), &Connection::send_body);
  }

  void send_body() {
    static const std::string piece(kPiece, 'x');
    if (stream_left_ == 0) return read();
    const bool drips = kind_.name == "drip";
    const auto size = std::min<std::uint64_t>(stream_left_, drips ? kDripBytes / 100 : kPiece);
    // some at a time: what the proxy does not take is not counted
    socket_.async_write_some(asio::buffer(piece, size),
                             [self = shared_from_this(), drips](const error_code& fault, std::size_t bytes) {
                               if (fault) return;
                               sent += bytes;
                               self->stream_left_ -= bytes;
                               if (!drips) return self->send_body();
                               self->timer_.expires_after(std::chrono::milliseconds(100));
                               self->timer_.async_wait([self](const error_code& stopped) {
                                 if (!stopped) self->send_body();
                               });
                             });
  }

  // The key of every client here is the one of RFC 6455 section 1.3.
  void upgrade() {
    write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        path_ == "/flood" ? &Connection::flood : &Connection::read_frames);
  }

  void flood() { write(std::string("\x82\x7d", 2) + std::string(125, 'x'), &Connection::flood); }

  void read_frames() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const error_code& fault, std::size_t bytes) {
                              if (!fault) self->echo(std::string_view(self->buffer_.data(), bytes));
                            });
  }

  void echo(std::string_view bytes) {
    head_.append(bytes);
    std::string frames;
    while (head_.size() >= 6) {
      const std::size_t size = static_cast<unsigned char>(head_[1]) & 0x7FU;
      if (head_.size() < 6 + size) break;
      frames += {head_[0], static_cast<char>(size)};
      for (std::size_t i = 0; i < size; ++i) frames += static_cast<char>(head_[6 + i] ^ head_[2 + i % 4]);
      head_.erase(0, 6 + size);
    }
    if (frames.empty()) return read_frames();
    write(std::move(frames), &Connection::read_frames);
  }

  static inline std::uint64_t sent = 0;

  tcp::socket socket_;
  asio::steady_timer timer_;
  Kind& kind_;
  std::array<char, 64 * 1024> buffer_{};
  std::string head_, path_, out_;
  std::uint64_t stream_left_ = 0;
  std::size_t body_left_ = 0;
  std::size_t call_ = 0;  // of kind_.calls
  bool in_body_ = false;
};

void accept(tcp::acceptor& acceptor, Kind& kind) {
  acceptor.async_accept([&acceptor, &kind](const error_code& fault, tcp::socket socket) {
    if (!fault) std::make_shared<Connection>(std::move(socket), kind)->read();
    accept(acceptor, kind);
  });
}

}  // namespace

int main(int argc, char** argv) {
  asio::io_context context(1);
  const char* const named = std::getenv("BENCH_ORIGIN_ADDRESS");
  const auto address = named != nullptr ? asio::ip::make_address(named) : asio::ip::address_v4::loopback();
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
  std::vector<std::unique_ptr<Kind>> kinds;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto colon = argument.find(':');
    const auto port = static_cast<unsigned short>(std::atoi(argument.c_str()));
    kinds.push_back(std::make_unique<Kind>(make_kind(argument.substr(colon + 1))));
    const tcp::endpoint endpoint(address, port);
    acceptors.push_back(std::make_unique<tcp::acceptor>(context, endpoint));
    acceptors.back()->listen(4096);
    accept(*acceptors.back(), *kinds.back());
  }
  std::puts("ready");
  std::fflush(stdout);
  context.run();
}
