// An Exchange without a socket: a request from a script, and what is answered as text.
//
//   FakeExchange exchange("GET", "/a?b", {{"Accept", "text/html"}});
//   run_task(backend.serve(call));
//   CHECK(exchange.status() == 200);
//   CHECK(exchange.field("Content-Type") == "text/html");
//   CHECK(exchange.body() == "...");
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/backend_connection.h"
#include "net/file_copy.h"
#include "net/response_framing.h"
#include "support/fake_loop.h"
#include "support/field_lines.h"

namespace router::test {

class FakeExchange final : public net::Exchange {
 public:
  FakeExchange(std::string method, std::string_view raw_target, std::initializer_list<http::Field> fields = {})
      : method_(std::move(method)) {
    request_.method = method_;
    auto target = http::parse_target(method_, raw_target);
    if (!target) throw std::logic_error("bad target " + std::string(raw_target));
    request_.target = *std::move(target);
    for (const auto& [name, value] : fields) request_.headers.add(name, value);
  }

  // Script.
  http::Request& edit_request() { return request_; }
  // The body comes in these pieces. Chunked unless the request says otherwise.
  void set_body(std::vector<std::string> pieces, http::BodyKind kind = http::BodyKind::chunked) {
    request_.body = kind;
    request_.content_length = 0;
    for (const auto& piece : pieces) request_.content_length += piece.size();
    pieces_ = std::move(pieces);
    body_finished_ = false;
  }
  void add_trailer(std::string_view name, std::string_view value) { trailers_.add(name, value); }
  // Reading the body ends with this once the pieces are used up.
  void fail_body(base::Error error) { body_fault_ = std::move(error); }
  // Writing fails, as it does when the client has gone, once so many bytes of body have been written.
  void fail_writes_after(std::size_t bytes) { room_ = bytes; }
  void use_loop(base::Loop& loop) { current_loop_ = &loop; }
  // The one it uses otherwise; run_task(task, &exchange.own_loop()) turns it.
  FakeLoop& own_loop() { return loop_; }
  void set_endpoints(net::Endpoints endpoints) { endpoints_ = endpoints; }
  // The client closes while it is being answered.
  void client_goes() {
    if (auto gone = std::exchange(client_gone_, nullptr)) gone();
  }

  // What was answered.
  int status() const { return start_.status; }
  // Status line and fields as they go out, with the empty line.
  const std::string& head() const { return head_; }
  // The values of all fields of that name, joined by ", "; absent if there is none.
  std::optional<std::string> field(std::string_view name) const {
    std::optional<std::string> found;
    for (auto line : base::split(head_, '\n')) {
      const auto [written, value] = base::cut(line, ':');
      if (!value || !base::equals_ignoring_case(written, name)) continue;
      std::string text(base::trim(value->substr(0, value->find('\r'))));
      found = found ? *found + ", " + text : std::move(text);
    }
    return found;
  }
  const net::ResponseStart& start() const { return start_; }
  const std::string& body() const { return body_; }
  const std::vector<std::string>& writes() const { return writes_; }
  const std::string& trailer_fields() const { return trailer_fields_; }
  const std::vector<std::pair<int, std::string>>& interims() const { return interims_; }
  std::size_t files_sent() const { return files_sent_; }
  bool finished() const { return finished_; }
  bool aborted() const { return aborted_; }
  bool watched() const { return client_gone_ != nullptr; }
  const std::optional<std::uint16_t>& tunnel_closed_with() const { return tunnel_code_; }

  // Exchange.
  const http::Request& request() const override { return request_; }
  net::Endpoints endpoints() const override { return endpoints_; }
  base::Loop& loop() override { return *current_loop_; }
  base::Task<base::Result<net::BodyPiece>> read_body() override {
    if (!put_back_.empty()) {
      current_piece_ = std::exchange(put_back_, {});
      body_finished_ = next_piece_ == pieces_.size() && !body_fault_;
      co_return net::BodyPiece{current_piece_, body_finished_};
    }
    if (body_finished_) co_return net::BodyPiece{{}, true};
    if (next_piece_ < pieces_.size()) {
      const std::string_view piece = pieces_[next_piece_++];
      body_finished_ = next_piece_ == pieces_.size() && !body_fault_;
      co_return net::BodyPiece{piece, body_finished_};
    }
    if (body_fault_) co_return *body_fault_;
    body_finished_ = true;
    co_return net::BodyPiece{{}, true};
  }
  void put_back_body(std::string data) override {
    body_finished_ = body_finished_ && data.empty();
    put_back_ = std::move(data);
  }
  bool body_finished() const override { return body_finished_; }
  bool has_buffered_body() const override { return !put_back_.empty() || next_piece_ < pieces_.size(); }
  const http::Headers& trailers() const override { return trailers_; }
  void cancel_body_read() override {}

  base::Task<base::Result<void>> send_interim(int status, const http::Fields& fields) override {
    interims_.emplace_back(status, lines_of(fields));
    co_return base::Result<void>();
  }
  void start_response(net::ResponseStart start) override {
    if (started_) throw std::logic_error("a second response");
    started_ = true;
    start_ = std::move(start);
    framing_.begin(start_, request_.minor_version, start_.close || !request_.keep_alive || !body_finished_, head_);
    start_.fields.clear();  // what they refer to may go
  }
  bool response_started() const override { return started_; }
  base::Task<base::Result<void>> flush() override { co_return base::Result<void>(); }
  base::Task<base::Result<void>> write(std::string_view data) override {
    if (!started_ || finished_) throw std::logic_error("a body without its head");
    if (data.empty()) co_return base::Result<void>();
    if (aborted_ || body_.size() + data.size() > room_) {
      co_return base::Error{base::ErrorCode::closed, base::Side::client, "the client is gone"};
    }
    if (start_.body == http::BodyKind::none) throw std::logic_error("a body where the head announced none");
    if (!framing_.before(data.size(), chunk_heads_)) throw std::logic_error("a body longer than announced");
    writes_.emplace_back(data);
    body_.append(data);
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) override {
    ++files_sent_;
    auto copied = co_await net::copy_file(*this, descriptor, offset, length);
    co_return copied;
  }
  base::Task<base::Result<void>> finish(const http::Fields& trailers) override {
    if (!framing_.end(trailers, chunk_heads_)) throw std::logic_error("a body shorter than announced");
    trailer_fields_ = lines_of(trailers);
    finished_ = true;
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> tunnel(std::unique_ptr<net::BackendConnection> backend, http::Fields fields,
                                        std::function<void()>) override {
    net::ResponseStart start;
    start.status = 101;
    start.fields = std::move(fields);
    start_response(std::move(start));
    backend.reset();
    finished_ = true;
    co_return base::Result<void>();
  }
  void end_tunnel(std::uint16_t code, std::string_view) override { tunnel_code_ = code; }
  void watch_client(std::function<void()> gone) override { client_gone_ = std::move(gone); }
  void abort() override { aborted_ = true; }

 private:
  std::string method_;
  http::Request request_;
  net::Endpoints endpoints_{"127.0.0.1", 5000, false};
  FakeClock clock_;
  FakeLoop loop_{clock_};
  base::Loop* current_loop_ = &loop_;

  std::vector<std::string> pieces_;
  std::size_t next_piece_ = 0;
  std::string put_back_;
  std::string current_piece_;
  bool body_finished_ = true;
  std::optional<base::Error> body_fault_;
  http::Headers trailers_;

  net::ResponseStart start_{.status = 0};
  net::ResponseFraming framing_;
  std::string head_;
  std::string chunk_heads_;  // nobody looks at them
  std::string body_;
  std::vector<std::string> writes_;
  std::string trailer_fields_;
  std::vector<std::pair<int, std::string>> interims_;
  std::size_t room_ = static_cast<std::size_t>(-1);
  std::size_t files_sent_ = 0;
  bool started_ = false;
  bool finished_ = false;
  bool aborted_ = false;
  std::function<void()> client_gone_;
  std::optional<std::uint16_t> tunnel_code_;
};

}  // namespace router::test
