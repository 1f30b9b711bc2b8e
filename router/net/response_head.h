// The head of a back-end's answer, checked for framing. Views live as long as the connection's head buffer.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace router::net {

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  http::Headers headers;
  http::BodyKind body = http::BodyKind::none;
  std::uint64_t content_length = 0;
  bool keep_alive = false;
};

}  // namespace router::net
