#include "backend/body_pump.h"

#include <charconv>

#include "backend/forward_headers.h"
#include "base/guarded.h"

namespace router::backend {

using base::Result;
using base::Task;

void BodyPump::start(std::string head) {
  running_ = true;
  base::start_detached(run(std::move(head)));
}

Task<void> BodyPump::run(std::string head) {
  auto pumping = base::guarded(pump(std::move(head)));
  auto pumped = co_await pumping;
  if (!pumped) {
    client_fault_ = std::move(pumped.error());
    connection_.close();
  }
  running_ = false;
  done_.set();
}

Task<void> BodyPump::pump(std::string head) {
  std::string prefix = std::move(head);
  // a client that waits for "100 Continue", or for the answer's head, must not keep the request's head back
  if (!exchange_.has_buffered_body()) {
    const auto sent = co_await connection_.send(prefix);
    prefix.clear();
    if (!sent) co_return;
  }
  for (;;) {
    auto piece = co_await exchange_.read_body();
    if (!piece) {
      client_fault_ = std::move(piece.error());
      // the body is cut short: the back-end must not take it for a whole one
      connection_.close();
      break;
    }
    const bool last = piece->last;
    const auto sent = co_await send_piece(prefix, *piece);
    if (!sent) break;  // the back-end may have answered and closed: its answer decides
    if (last) {
      finished_ = true;
      break;
    }
  }
}

Task<Result<void>> BodyPump::send_piece(std::string& prefix, net::BodyPiece piece) {
  std::string end;
  if (chunked_) {
    if (!piece.data.empty()) {
      char size[20];
      const auto stop = std::to_chars(size, size + sizeof size, piece.data.size(), 16).ptr;
      prefix.append(size, static_cast<std::size_t>(stop - size)).append("\r\n");
      end = "\r\n";
    }
    if (piece.last) {
      end.append("0\r\n");
      write_trailers(exchange_.trailers(), own_, end);
      end.append("\r\n");
    }
  }
  auto sent = co_await connection_.send(prefix, piece.data, end);
  prefix.clear();
  co_return sent;
}

Task<void> BodyPump::stop() {
  if (!running_) co_return;
  exchange_.cancel_body_read();
  connection_.close();
  co_await done_.wait();
}

}  // namespace router::backend
