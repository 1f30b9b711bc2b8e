#include "session/sqlite_shared_state.h"

#include <utility>

#include "base/packed.h"
#include "crypto/digest.h"

namespace router::session {

using base::Result;
using base::Secret;
using base::Task;
using storage::Record;
using storage::RecordChanges;
using storage::RecordKind;

SqliteSharedState::SqliteSharedState(std::shared_ptr<storage::Records> records, const base::Clock& clock)
    : records_(std::move(records)),
      clock_(clock),
      memory_(clock),
      restoring_(records_, clock, {RecordKind::note},
                 [this](std::size_t, const Record& record) { restore_note(record); }) {}

// `use` says which of these members mean something.
struct SqliteSharedState::Note {
  std::string use;  // once, kept, tally
  Kind kind = Kind::logout_token;
  std::string key;
  base::milliseconds span{0};
  Secret value;
  std::uint64_t count = 0;

  std::string record_key() const {
    base::Packer name;
    name(use, std::string(to_string(kind)), key);
    return crypto::sha256(name.take().reveal());
  }
};

void SqliteSharedState::write(const Note& note, base::milliseconds kept) {
  base::Packer packer;
  packer(note.use, static_cast<std::uint64_t>(note.kind), note.key, note.span, note.value, note.count);
  Record record{RecordKind::note, note.record_key(), packer.take(), clock_.wall() + kept, 0};
  records_->change_later([record = std::move(record)] { return RecordChanges{storage::put(record)}; });
}

void SqliteSharedState::erase(const Note& note) {
  records_->change_later([key = note.record_key()] { return RecordChanges{storage::erase(RecordKind::note, key)}; });
}

void SqliteSharedState::restore_note(const Record& record) {
  Note note;
  std::uint64_t kind = 0;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(note.use, kind, note.key, note.span, note.value, note.count);
  if (!unpacker.is_whole() || kind >= kKinds || !record.kept_until) return;
  note.kind = static_cast<Kind>(kind);
  const auto left = std::chrono::duration_cast<base::milliseconds>(*record.kept_until - clock_.wall());
  if (left <= base::milliseconds::zero()) return;
  if (note.use == "once") memory_.say(note.kind, note.key, note.span);
  if (note.use == "kept") keep_in_memory(note.kind, std::move(note.key), std::move(note.value), left);
  if (note.use == "tally") memory_.restore_tally(note.kind, note.key, {note.count, left}, note.span);
}

Task<Result<bool>> SqliteSharedState::once(Kind kind, std::string key, base::milliseconds ttl) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  const bool is_first = memory_.say(kind, key, ttl);
  if (is_first) write({"once", kind, std::move(key), ttl, {}, 0}, ttl);
  co_return is_first;
}

Task<Result<void>> SqliteSharedState::keep(Kind kind, std::string key, Secret value, base::milliseconds ttl) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  write({"kept", kind, key, ttl, value, 0}, ttl);
  keep_in_memory(kind, std::move(key), std::move(value), ttl);
  co_return Result<void>();
}

// What made room in memory is of no use to the next process either.
void SqliteSharedState::keep_in_memory(Kind kind, std::string key, Secret value, base::milliseconds left) {
  auto gone = memory_.keep_for(kind, std::move(key), std::move(value), left);
  if (gone) erase({"kept", kind, *std::move(gone), {}, {}, 0});
}

Task<Result<std::optional<Secret>>> SqliteSharedState::take(Kind kind, std::string key) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  auto taking = memory_.take(kind, key);
  auto taken = co_await taking;
  if (taken && *taken) erase({"kept", kind, std::move(key), {}, {}, 0});
  co_return taken;
}

Task<Result<Tally>> SqliteSharedState::tally(Kind kind, std::string key, unsigned add, base::milliseconds span) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  auto counting = memory_.tally(kind, key, add, span);
  const auto tally = co_await counting;
  if (tally && add > 0) write({"tally", kind, std::move(key), span, {}, tally->count}, tally->ends_in);
  co_return tally;
}

Task<Result<void>> SqliteSharedState::forget(Kind kind, std::string key) {
  auto restoring = restoring_.all();
  const auto restored = co_await restoring;
  if (!restored) co_return restored.error();
  erase({"tally", kind, key, {}, {}, 0});
  auto forgetting = memory_.forget(kind, std::move(key));
  const auto forgotten = co_await forgetting;
  co_return forgotten;
}

}  // namespace router::session
