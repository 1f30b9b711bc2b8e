#include "net/file_copy.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/turn.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {
constexpr std::uint64_t kPiece = 32 * 1024;
}  // namespace

Task<Result<void>> copy_file(Exchange& exchange, int descriptor, std::uint64_t offset, std::uint64_t length) {
  const auto size = static_cast<std::size_t>(std::min(length, kPiece));
  const auto buffer = std::make_unique_for_overwrite<char[]>(size);
  while (length != 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, size));
    const auto got = ::pread(descriptor, buffer.get(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) co_return Error{ErrorCode::internal, Side::router, "a file cannot be read"};
    if (got == 0) co_return Error{ErrorCode::internal, Side::router, "a file became shorter while it was sent"};
    const std::string_view piece(buffer.get(), static_cast<std::size_t>(got));
    auto written = co_await exchange.write(piece);
    if (!written) co_return written;
    offset += static_cast<std::uint64_t>(got);
    length -= static_cast<std::uint64_t>(got);
    if (length != 0) co_await base::take_turn(exchange.loop());
  }
  co_return Result<void>();
}

}  // namespace router::net
