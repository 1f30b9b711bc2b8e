// The body of an answer on its way to the client: compressed where http/compression_policy says so, else as it is.
//
//   body.begin(rules, request, start);  // may change the fields and the framing of the head
//   body.put(piece, flush);             // the bytes to write; Flush::finish with the last piece, empty or not
// One per answer, on its loop. CompressionSlots bounds what the encoders of slow clients hold together, in the
// whole process; it belongs to app/parts, outlives the bodies and is thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/model.h"
#include "http/content_coding.h"
#include "http/message.h"
#include "net/exchange.h"

namespace router::backend {

class CompressionSlots {
 public:
  struct GiveBack {
    void operator()(CompressionSlots* slots) const { --slots->taken_; }
  };
  using Slot = std::unique_ptr<CompressionSlots, GiveBack>;

  // 256 encoders are at most 256 MiB.
  explicit CompressionSlots(int most = 256) : most_(most) {}

  // Null: none is left, the answer goes out as it is.
  Slot take();

 private:
  const int most_;
  std::atomic<int> taken_{0};
};

class CompressedBody {
 public:
  explicit CompressedBody(CompressionSlots& slots) : slots_(slots) {}

  // `start` is complete otherwise; the configured and the router's own fields are in it.
  void begin(const config::Compression& rules, const http::Request& request, net::ResponseStart& start);

  // Whether begin() decided to compress: the body is chunked then.
  bool is_coded() const { return encoder_.has_value(); }

  // What goes to the client for this piece; valid until the next call and as long as the piece.
  // Errors: internal. The body must not be completed then.
  base::Result<std::string_view> put(std::string_view piece, http::Flush flush);

 private:
  bool take_encoder(http::Coding coding);

  CompressionSlots& slots_;
  CompressionSlots::Slot slot_;
  std::optional<http::Encoder> encoder_;  // none: as it is, or finished
  std::string coded_;
};

}  // namespace router::backend
