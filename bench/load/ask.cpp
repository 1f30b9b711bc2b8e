// ask: requests, counted and timed.
//
//   --connections N [--rate PER_SECOND, 0 = as fast as they go] [--fresh-rate PER_SECOND] [--seconds S]
//   [--path /x] [--headers FILE, a line each, one after the other] [--count N, so many in all] [--good STATUS, else 2xx]
//
// `connections` are kept alive; `fresh-rate` adds requests that each open a connection of their own. Latency
// counts from the moment a request was due. A kept-alive connection that closes before a byte of the answer
// is no failure, any client asks again on another one: `retried` counts those, and the repetition may not
// fail. Without --seconds it runs until its input ends. Prints {"good", "failed", "retried", "faults": {what:
// count}, "seconds", p50_ms, p99_ms, max_ms}.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <fstream>
#include <optional>

#include "load/load.h"

namespace load {
namespace {

constexpr double kPatience = 20;  // seconds for an answer

struct Connection {
  int socket = -1;
  bool kept = true;  // else for one request
  bool connected = false;
  bool used = false;        // an answer has come on it
  std::optional<Time> due;  // of the request it carries
  std::string answer;
  std::size_t wanted = 0;  // of `answer`, once its head is there
};

class Ask {
 public:
  explicit Ask(const Options& options)
      : port_(options.port()),
        rate_(options.number("rate", 0)),
        fresh_rate_(options.number("fresh-rate", 0)),
        seconds_(options.number("seconds", 0)),
        count_(options.number("count", 0)),
        good_status_(options.text("good", "2")),
        path_(options.text("path", "/")) {
    read_headers(options.text("headers", ""));
    kept_ = static_cast<std::size_t>(options.number("connections", 1));
    connections_.resize(kept_);
    if (seconds_ == 0 && count_ == 0) poller_.watch_input();
  }

  int run() {
    began_ = Clock::now();
    for (std::size_t i = 0; i < kept_; ++i) idle_.push_back(i);
    while (!is_over()) {
      const auto now = Clock::now();
      if (!stopping_) make_due(now);
      hand_out(now);
      for (const auto& event : poller_.wait(next_wake(now))) take(event);
      give_up(Clock::now());
    }
    auto figures = latencies_.summary();
    figures.update({{"good", good_},
                    {"failed", failed_},
                    {"retried", retried_},
                    {"faults", faults_},
                    {"seconds", seconds_between(began_, Clock::now())}});
    print(figures);
    return 0;
  }

 private:
  void read_headers(const std::string& file) {
    if (file.empty()) return;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) headers_.push_back(line);
    if (headers_.empty()) fail("no headers in " + file);
  }

  bool is_over() {
    if (seconds_ > 0 && seconds_between(began_, Clock::now()) > seconds_) stopping_ = true;
    if (count_ > 0 && started_ >= count_) stopping_ = true;
    return stopping_ && in_flight_ == 0 && waiting_.empty();
  }

  Time at(double count, double rate) const {
    return began_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count / rate));
  }

  void make_due(Time now) {
    for (; rate_ > 0 && at(made_, rate_) <= now; ++made_) waiting_.push_back(at(made_, rate_));
    for (; fresh_rate_ > 0 && at(fresh_made_, fresh_rate_) <= now; ++fresh_made_)
      start_fresh(at(fresh_made_, fresh_rate_));
  }

  Time next_wake(Time now) const {
    auto wake = now + std::chrono::milliseconds(20);
    if (rate_ > 0 && !stopping_) wake = std::min(wake, at(made_, rate_));
    if (fresh_rate_ > 0 && !stopping_) wake = std::min(wake, at(fresh_made_, fresh_rate_));
    return wake;
  }

  void hand_out(Time now) {
    while (!idle_.empty() && (!waiting_.empty() || (rate_ == 0 && !stopping_))) {
      if (count_ > 0 && started_ >= count_) return;
      ++started_;
      const auto index = idle_.front();
      idle_.pop_front();
      Time due = now;
      if (!waiting_.empty()) {
        due = waiting_.front();
        waiting_.pop_front();
      }
      start(index, due);
    }
  }

  void start_fresh(Time due) {
    std::size_t index = kept_;
    while (index < connections_.size() && connections_[index].due) ++index;
    if (index == connections_.size()) connections_.emplace_back();
    connections_[index].kept = false;
    start(index, due);
  }

  void start(std::size_t index, Time due) {
    auto& connection = connections_[index];
    connection.due = due;
    connection.answer.clear();
    connection.wanted = 0;
    ++in_flight_;
    if (connection.socket >= 0) return send(index);
    connection.used = connection.connected = false;
    connection.socket = connect_to(port_);
    if (connection.socket < 0) return finish(index, "refused");
    poller_.add(connection.socket, EPOLLOUT, index);
  }

  void send(std::size_t index) {
    auto& connection = connections_[index];
    std::string text = "GET " + path_ + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) + "\r\n";
    if (!headers_.empty()) text += headers_[next_header_++ % headers_.size()] + "\r\n";
    if (!connection.kept) text += "Connection: close\r\n";
    text += "\r\n";
    const auto sent = ::send(connection.socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text.size())) lost(index);
  }

  void take(const epoll_event& event) {
    if (event.data.u64 == Poller::kInput) {
      stopping_ = stopping_ || input_ended();
      return;
    }
    const auto index = static_cast<std::size_t>(event.data.u64);
    auto& connection = connections_[index];
    if (connection.socket < 0) return;
    if (!connection.connected) {
      if (!is_connected(connection.socket)) return finish(index, "refused");
      connection.connected = true;
      poller_.change(connection.socket, EPOLLIN, index);
      return send(index);
    }
    read(index);
  }

  void read(std::size_t index) {
    auto& connection = connections_[index];
    char bytes[64 * 1024];
    const auto count = ::recv(connection.socket, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return lost(index);
    if (!connection.due) return close(connection);  // nobody asked
    connection.answer.append(bytes, static_cast<std::size_t>(count));
    if (connection.wanted == 0) {
      const auto end = connection.answer.find("\r\n\r\n");
      if (end == std::string::npos) return;
      connection.wanted = end + 4 + content_length(connection.answer);
    }
    if (connection.answer.size() < connection.wanted) return;
    const auto status = connection.answer.substr(9, 3);
    finish(index, status.starts_with(good_status_) ? "" : "status " + status);
  }

  static std::size_t content_length(const std::string& head) {
    for (const char* name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
      if (const auto at = head.find(name); at != std::string::npos)
        return std::strtoull(head.c_str() + at + 18, nullptr, 10);
    }
    return 0;
  }

  // The peer ended the connection.
  void lost(std::size_t index) {
    auto& connection = connections_[index];
    if (!connection.due) return close(connection);
    if (!connection.answer.empty()) return finish(index, "cut in the answer");
    if (!connection.used) return finish(index, "closed without an answer");
    ++retried_;
    --in_flight_;
    const auto due = *connection.due;
    close(connection);
    start(index, due);
  }

  void finish(std::size_t index, const std::string& fault) {
    auto& connection = connections_[index];
    if (fault.empty()) {
      ++good_;
      latencies_.add(*connection.due, Clock::now());
    } else {
      ++failed_;
      ++faults_[fault];
    }
    connection.due.reset();
    connection.used = true;
    --in_flight_;
    const bool ends = connection.answer.find("\r\nConnection: close\r\n") != std::string::npos;
    if (!fault.empty() || !connection.kept || ends) close(connection);
    if (connection.kept) idle_.push_back(index);
  }

  void close(Connection& connection) {
    if (connection.socket >= 0) ::close(connection.socket);
    connection.socket = -1;
  }

  void give_up(Time now) {
    if (seconds_between(looked_, now) < 1) return;
    looked_ = now;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (connections_[i].due && seconds_between(*connections_[i].due, now) > kPatience) finish(i, "no answer in 20 s");
    }
  }

  const std::uint16_t port_;
  const double rate_, fresh_rate_, seconds_, count_;
  const std::string good_status_, path_;
  std::vector<std::string> headers_;
  std::size_t next_header_ = 0;
  std::size_t kept_ = 0;
  Poller poller_;
  std::deque<Connection> connections_;  // the kept ones first
  std::deque<std::size_t> idle_;        // of the kept ones
  std::deque<Time> waiting_;            // due, and no connection free
  Time began_, looked_;
  double made_ = 0, fresh_made_ = 0, started_ = 0;
  std::size_t in_flight_ = 0, good_ = 0, failed_ = 0, retried_ = 0;
  std::map<std::string, std::size_t> faults_;
  Latencies latencies_;
  bool stopping_ = false;
};

}  // namespace

int ask(const Options& options) { return Ask(options).run(); }

}  // namespace load
