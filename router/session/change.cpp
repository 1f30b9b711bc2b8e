#include "session/change.h"

#include <utility>

namespace router::session {

using base::Result;
using base::Task;

namespace {

// Who is overtaken so often has met a storm.
constexpr int kMostAttempts = 16;

// Null: over.
Task<Result<Snapshot>> newest(Store* store, SessionId id) {
  auto looking = store->find(std::move(id));
  auto found = co_await looking;
  if (!found) co_return found.error();
  co_return found->value_or(nullptr);
}

}  // namespace

Task<Result<Change>> change(Store& store, Snapshot known, Edit edit) {
  const SessionId id = known->id;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    Session next = *known;
    if (!edit(next)) co_return Change{known, known};
    auto replacing = store.replace(std::move(next));
    auto replaced = co_await replacing;
    if (!replaced) co_return replaced.error();
    if (*replaced) co_return Change{known, **std::move(replaced)};
    auto looking = newest(&store, id);
    auto found = co_await looking;
    if (!found) co_return found.error();
    if (!*found) co_return Change();
    known = *std::move(found);
  }
  co_return base::Error{base::ErrorCode::conflict, base::Side::store, "the session keeps changing", true};
}

Task<Result<Change>> change(Store& store, SessionId id, Edit edit) {
  auto looking = newest(&store, std::move(id));
  auto found = co_await looking;
  if (!found) co_return found.error();
  if (!*found) co_return Change();
  auto changing = change(store, *std::move(found), std::move(edit));
  auto changed = co_await changing;
  co_return changed;
}

}  // namespace router::session
