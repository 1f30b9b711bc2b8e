#include "net/bounded_body.h"

#include "base/turn.h"

namespace router::net {

namespace {

// Pieces that are there already are taken without waiting, each inside the one before: a stranger's one-byte chunks.
constexpr int kPiecesATurn = 16;

}  // namespace

base::Task<base::Result<std::string>> read_bounded_body(Exchange& exchange, std::size_t most) {
  std::string body;
  for (int pieces = 1; body.size() <= most; ++pieces) {
    auto piece = co_await exchange.read_body();
    if (!piece) co_return piece.error();
    body.append(piece->data);
    if (piece->last) break;
    if (pieces % kPiecesATurn == 0) co_await base::take_turn(exchange.loop());
  }
  co_return body;
}

}  // namespace router::net
