#include "base/guarded.h"

#include <atomic>

#include "base/log.h"

namespace router::base {
namespace {

std::atomic<std::uint64_t> g_caught{0};

std::string what_was_thrown() {
  try {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace

Error caught_error() {
  ++g_caught;
  return Error{ErrorCode::internal, Side::router, "exception: " + what_was_thrown()};
}

std::uint64_t exceptions_caught() { return g_caught; }

void note_exception() noexcept {
  try {
    log_error("exception", {{"detail", caught_error().detail}});
  } catch (...) {
    // no memory even to say so; it has been counted
  }
}

}  // namespace router::base
