// Back-ends without a socket: each connection of a ScriptedPool answers as its script says.
//
//   ScriptedPool pool({{.was_idle = true, .is_stale = true}, {.pieces = {{"hello"}}}});
//   run_task(forwarder.serve(call));   // with `pool` as the call's
//   CHECK(pool.fresh == std::vector<bool>{false, true});
//
// The pool outlives its connections. One loop.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/backend_connection.h"

namespace router::test {

struct Piece {
  std::string data;
  bool more_is_there = false;  // the next one can be read without waiting
};

// What a back-end does with a request.
struct Script {
  int status = 200;
  std::vector<http::Field> fields = {{"Content-Type", "application/json"}};
  std::vector<Piece> pieces = {};
  std::vector<http::Field> trailers = {};
  bool has_length = false;
  bool breaks = false;    // the connection closes before the end of the body
  bool was_idle = false;  // it has served another request before
  bool is_stale = false;  // it closes before a byte of the head
  bool breaks_in_head = false;
};

class ScriptedConnection : public net::BackendConnection {
 public:
  explicit ScriptedConnection(const Script& script) : script_(script) {
    head_.status = script.status;
    for (const auto& field : script.fields) head_.headers.add(field.name, field.value);
    for (const auto& field : script.trailers) trailers_.add(field.name, field.value);
    head_.body = script.has_length ? http::BodyKind::length : http::BodyKind::chunked;
    for (const auto& piece : script.pieces) head_.content_length += piece.data.size();
  }

  void set_timeout(base::milliseconds) override {}
  void set_ends_by(base::SteadyTime) override {}
  base::Task<base::Result<void>> send(std::string_view first, std::string_view second,
                                      std::string_view third) override {
    sent.append(first).append(second).append(third);
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> read_head(bool) override {
    if (script_.is_stale || script_.breaks_in_head) co_return gone();
    co_return base::Result<void>();
  }
  const net::ResponseHead& head() const override { return head_; }
  base::Task<base::Result<net::BodyPiece>> read_body() override {
    if (next_ == script_.pieces.size() && script_.breaks) co_return gone();
    if (next_ < script_.pieces.size()) co_return net::BodyPiece{script_.pieces[next_++].data, false};
    finished_ = true;
    co_return net::BodyPiece{{}, true};
  }
  bool body_finished() const override { return finished_; }
  bool has_buffered_body() const override { return next_ != 0 && script_.pieces[next_ - 1].more_is_there; }
  const http::Headers& trailers() const override { return trailers_; }
  bool is_reused() const override { return script_.was_idle; }
  bool has_answered() const override { return !script_.is_stale; }
  net::Switched switch_protocols() override { throw std::logic_error("nobody has a tunnel in this test"); }
  void close() override {}

  std::string sent;

 private:
  static base::Error gone() { return {base::ErrorCode::closed, base::Side::back_end, "gone"}; }

  const Script& script_;
  net::ResponseHead head_;
  http::Headers trailers_;
  std::size_t next_ = 0;
  bool finished_ = false;
};

// Lends a connection for each script, one after the other; then there is none.
class ScriptedPool final : public net::BackendPool {
 public:
  explicit ScriptedPool(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}

  base::Task<base::Result<std::unique_ptr<net::BackendConnection>>> acquire(const net::BackendOrigin&,
                                                                            net::ConnectionWish& wish) override {
    if (fresh.size() == scripts_.size()) {
      co_return base::Error{base::ErrorCode::refused, base::Side::back_end, "no script is left"};
    }
    std::unique_ptr<net::BackendConnection> connection = std::make_unique<ScriptedConnection>(scripts_[fresh.size()]);
    fresh.push_back(wish.fresh());
    co_return connection;
  }
  bool is_scarce(const net::BackendOrigin&) const override { return false; }
  base::Result<void> begin_lasting(net::BackendConnection&) override {
    ++lasting;
    return {};
  }
  void release(std::unique_ptr<net::BackendConnection>, bool reusable) override { released.push_back(reusable); }

  std::vector<bool> fresh;     // of each wish
  std::vector<bool> released;  // of each that came back, whether it can be used again
  int lasting = 0;

 private:
  std::vector<Script> scripts_;
};

}  // namespace router::test
