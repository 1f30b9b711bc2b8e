#include "backend/made_body.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "backend/placeholders.h"
#include "base/turn.h"
#include "http/content_coding.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr std::uint64_t kLargestTemplate = 4 * 1024 * 1024;
constexpr std::size_t kLargestFilled = 16 * 1024 * 1024;
// A quarter of a millisecond of gzip: of several at once each takes one a turn of the loop.
constexpr std::size_t kPiece = 8 * 1024;

Error fault(const char* what) { return {ErrorCode::internal, Side::router, what}; }

// Up to `size` bytes from `offset` on into `out`; less where the file has been cut short.
Result<std::size_t> read_at(const OpenFile& file, std::uint64_t offset, std::size_t size, std::string& out) {
  out.resize(size);
  std::size_t filled = 0;
  while (filled < size) {
    const auto got =
        ::pread(file.descriptor.get(), out.data() + filled, size - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault("a static file cannot be read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  out.resize(filled);
  return filled;
}

}  // namespace

Task<Result<std::string>> make_filled(const OpenFile& file, const config::Replacement& replacement, base::Loop& loop) {
  if (file.size > kLargestTemplate) co_return fault("a file with placeholders is larger than 4 MiB");
  std::string text;
  const auto read = read_at(file, 0, file.size, text);
  if (!read) co_return read.error();
  std::string out;
  out.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    if (!fill_some(rest, replacement, kLargestFilled, out))
      co_return fault("a file with its placeholders filled in is too large");
    if (!rest.empty()) co_await base::take_turn(loop);
  }
  co_return std::move(out);
}

Task<Result<std::string>> make_compressed(const Representation& of, http::Coding coding, CompressionSlots& slots,
                                          base::Loop& loop) {
  const auto slot = slots.take();
  if (!slot) co_return Error{ErrorCode::overloaded, Side::router, "enough files are being compressed", true};
  auto encoder = http::Encoder::make(coding);
  if (!encoder) co_return encoder.error();
  std::string out;
  std::string buffer;
  for (std::uint64_t offset = 0; offset < of.size; offset += kPiece) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(of.size - offset, kPiece));
    if (!of.text) {
      const auto read = read_at(of.file, offset, size, buffer);
      if (!read) co_return read.error();
      if (*read != size) co_return fault("a file became shorter while it was compressed");
    }
    const auto piece = of.text ? std::string_view(*of.text).substr(offset, size) : std::string_view(buffer);
    const bool last = offset + size == of.size;
    // flushed, because an encoder that may gather does several pieces' work at once
    const auto appended = encoder->append(piece, last ? http::Flush::finish : http::Flush::sync, out);
    if (!appended) co_return appended.error();
    if (!last) co_await base::take_turn(loop);
  }
  co_return std::move(out);
}

}  // namespace router::backend
