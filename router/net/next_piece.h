// The next piece of a body, where what has been read holds one. Included by net/*.cpp only.
#pragma once

#include <optional>

#include "net/exchange.h"
#include "net/input_buffer.h"
#include "net/parser.h"

namespace router::net {

// None: more has to be read first. The piece is a view into `input`.
template <bool isRequest>
std::optional<base::Result<BodyPiece>> next_piece(MessageParser<isRequest>& parser, InputBuffer& input) {
  if (input.empty()) return std::nullopt;
  auto parsed = parser.put_body(input.unread());
  if (!parsed) return base::Result<BodyPiece>(parsed.error());
  input.consume(parsed->consumed);
  if (parsed->data.empty() && !parsed->finished) return std::nullopt;
  return base::Result<BodyPiece>(BodyPiece{parsed->data, parsed->finished});
}

}  // namespace router::net
