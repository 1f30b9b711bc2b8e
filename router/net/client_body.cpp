#include "base/limits.h"
#include "net/client_connection.h"
#include "net/next_piece.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::milliseconds;
using base::Result;
using base::Side;
using base::Task;

Task<Result<BodyPiece>> ClientConnection::read_body() {
  auto& turn = *turn_;
  if (!turn.put_back.empty()) {
    turn.put_back_given = std::exchange(turn.put_back, {});
    co_return BodyPiece{turn.put_back_given, turn.body_finished};
  }
  if (turn.body_finished) co_return BodyPiece{{}, true};
  co_await turn.piece_turns.before_piece();
  while (!turn.next_piece) {
    auto more = co_await read_more();
    if (!more) co_return more.error();
    turn.next_piece = next_piece(*turn.parser, input_);
  }
  auto piece = *std::exchange(turn.next_piece, std::nullopt);
  if (!piece) {
    close_after_ = true;
    co_return piece.error();
  }
  turn.body_finished = piece->last;
  if (!piece->last) turn.next_piece = next_piece(*turn.parser, input_);
  co_return piece;
}

// Reads behind what is not used yet.
Task<Result<void>> ClientConnection::read_more() {
  auto& turn = *turn_;
  const auto room = input_.body_room();
  if (room.empty()) co_return Error{ErrorCode::bad_request, Side::client, "chunk framing too long"};
  turn.is_waiting = true;
  arm_for_body();
  const auto read = co_await stream_.read_some(room.data(), room.size());
  read_deadline_.disarm();
  turn.is_waiting = false;
  const auto waited = loop_.deadlines().now() - turn.waiting_since;
  if (turn.may_send_body) turn.pace.waited(std::chrono::duration_cast<milliseconds>(waited), read.bytes);
  if (read.fault) {
    close_after_ = true;
    co_return body_fault();
  }
  turn.may_send_body = true;
  input_.received(read.bytes);
  co_return Result<void>();
}

void ClientConnection::arm_for_body() {
  auto& turn = *turn_;
  turn.waiting_since = loop_.deadlines().now();
  const auto left = std::chrono::duration_cast<milliseconds>(turn.ends_by - turn.waiting_since);
  auto wait = std::min(timeouts_.stall, left);
  // who was asked to wait for "100 Continue" is not slow
  if (turn.may_send_body) wait = std::min(wait, turn.pace.patience());
  read_deadline_.arm(std::max(milliseconds(1), wait));
}

Error ClientConnection::body_fault() const {
  if (turn_->body_read_cancelled) return Error{ErrorCode::cancelled, Side::router, "the answer is complete"};
  if (!timed_out_) return Error{ErrorCode::closed, Side::client, "the client closed in the middle of a body"};
  if (turn_->pace.is_exhausted())
    return base::limits::kBodyRate.refuse(ErrorCode::timeout, "the body came slower than MINIMUM_BODY_RATE");
  return Error{ErrorCode::timeout, Side::client, "the body did not come in time"};
}

void ClientConnection::cancel_body_read() {
  turn_->body_read_cancelled = true;
  stream_.cancel_read();
}

}  // namespace router::net
