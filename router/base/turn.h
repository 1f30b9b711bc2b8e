// For work that never waits: after each piece, everybody else on the loop comes first.
//
//   co_await base::take_turn(loop);   // on that loop
//
// Whatever can be paced by a stranger (bytes that are there already, a socket that takes all at once, a file in the
// page cache) is done in pieces of a fraction of a millisecond with a turn between them.
#pragma once

#include "base/loop.h"

namespace router::base {

inline SwitchTo take_turn(Loop& loop) { return {loop, false}; }

// The same for pieces that may be as small as a byte, such as a stranger's chunks: a turn after some of them.
//
//   PieceTurns turns(loop);
//   co_await turns.before_piece();   // on that loop
class PieceTurns {
 public:
  explicit PieceTurns(Loop& loop) : loop_(loop) {}
  SwitchTo before_piece() { return {loop_, ++pieces_ % kPiecesATurn != 0}; }

 private:
  static constexpr unsigned kPiecesATurn = 16;

  Loop& loop_;
  unsigned pieces_ = 0;
};

}  // namespace router::base
