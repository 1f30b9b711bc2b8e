// Compresses a body piece by piece: the fence around zlib and brotli.
//
// One encoder makes one body. Its memory does not grow with that (measured: gzip 0.3 MiB; br 0.6 MiB for a small body,
// 1.0 MiB where it is flushed every 32 KiB, 1.9 MiB where it never is), what it appends is bounded by the piece.
// Movable, not thread-safe. Source: RFC 1952 (gzip), RFC 7932 (br).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/accept_encoding.h"

namespace router::http {

// What has to be decodable after a piece: nothing yet, all that was put in so far, or the whole body.
enum class Flush { none, sync, finish };

class Encoder {
 public:
  // Errors: overloaded (no memory).
  static base::Result<Encoder> make(Coding coding);

  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  // Appends to `out` what there is to send, which may be nothing. A sync without new bytes since the last one costs
  // nothing. Errors: internal (used after finish, or the library gave up); the body cannot be completed then.
  base::Result<void> append(std::string_view in, Flush flush, std::string& out);

  class Stream;

 private:
  explicit Encoder(std::unique_ptr<Stream> stream);

  std::unique_ptr<Stream> stream_;
  bool unflushed_ = false;
  bool finished_ = false;
};

}  // namespace router::http
