#include "session/store.h"

#include <utility>

namespace router::session {
namespace {

// Logins in a row that one request may come too late for.
constexpr int kMostSuccessions = 8;

}  // namespace

base::Task<base::Result<std::optional<Snapshot>>> find_successor(Store& store, SessionId ended) {
  for (int passed = 0; passed < kMostSuccessions; ++passed) {
    auto asking = store.successor(std::move(ended));
    auto next = co_await asking;
    if (!next) co_return next.error();
    if (next->empty()) break;
    ended = *next;
    auto looking = store.find(*std::move(next));
    auto found = co_await looking;
    if (!found || *found) co_return found;
  }
  co_return std::optional<Snapshot>();
}

}  // namespace router::session
