// How a representation is sent: status, fields and the parts of it, as the request's conditions and ranges
// have it.
//
// Pure but for the boundary of several ranges, which is random. Any thread.
// Source: RFC 9110 sections 13, 14 and 15.3.7 (multipart/byteranges).
#pragma once

#include <string>
#include <vector>

#include "backend/representation.h"
#include "http/message.h"

namespace router::backend {

struct StaticAnswer {
  struct Part {
    std::string head;  // sent before the bytes
    http::ByteRange bytes;
  };

  int status = 200;
  http::Headers fields;
  std::vector<Part> parts;  // also for HEAD, which is sent none of them
  std::string tail;
  std::uint64_t content_length = 0;  // of heads, bytes and tail

  bool has_length() const { return status != 304; }
};

// `request` is a GET or HEAD.
StaticAnswer answer_with(const Representation& representation, const http::Request& request);

}  // namespace router::backend
