#include "session/kept_records.h"

#include <utility>

#include "base/packed.h"
#include "crypto/digest.h"
#include "session/session_record.h"

namespace router::session {

using storage::Record;
using storage::RecordChanges;
using storage::RecordKind;

namespace {

// As long as the memory store may remember them.
constexpr base::minutes kTombstoneKept{20};

base::Secret content_of(const Session& session, base::WallTime deadline) {
  base::Packer packer;
  packer(deadline, pack(session));
  return packer.take();
}

}  // namespace

std::string kept_key(const SessionId& id) { return crypto::sha256(id.reveal()); }

Record record_of(const Session& session, base::WallTime deadline) {
  return {RecordKind::session, kept_key(session.id), content_of(session, deadline), std::nullopt, 0};
}

std::optional<KeptSession> read_session(const Record& record) {
  base::WallTime deadline;
  base::Secret packed;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(deadline, packed);
  auto session = unpacker.is_whole() ? unpack_session(packed.reveal()) : std::nullopt;
  if (!session) return std::nullopt;
  return KeptSession{deadline, *std::move(session)};
}

Record tombstone(const SessionId& id, const SessionId& successor, base::WallTime now) {
  base::Packer packer;
  packer(std::string(id.reveal()), std::string(successor.reveal()));
  return {RecordKind::ended_session, kept_key(id), packer.take(), now + kTombstoneKept, 0};
}

void add_untold(const Snapshot& session, base::WallTime now, RecordChanges& changes) {
  const auto key = kept_key(session->id);
  changes.push_back(storage::erase(RecordKind::session, key));
  changes.push_back(storage::put({RecordKind::untold_session, key, content_of(*session, now), std::nullopt, 0}));
  changes.push_back(storage::put(tombstone(session->id, SessionId(), now)));
}

Record record_of(const EndedAtProvider& ended, base::WallTime now) {
  base::Packer name;
  name(ended.issuer, ended.idp_session_id, ended.subject);
  base::Packer packer;
  packer(ended.issuer, ended.idp_session_id, ended.subject, ended.at);
  return {RecordKind::ended_at_provider, crypto::sha256(name.take().reveal()), packer.take(), now + kTombstoneKept, 0};
}

void restore_tombstone(const Record& record, MemoryStore& memory) {
  std::string id;
  std::string successor;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(id, successor);
  const auto ended = SessionId::parse(id);
  if (ended) memory.restore_ended(*ended, SessionId::parse(successor).value_or(SessionId()));
}

void restore_ended_at_provider(const Record& record, MemoryStore& memory) {
  EndedAtProvider ended;
  base::Unpacker unpacker(record.content.reveal());
  unpacker(ended.issuer, ended.idp_session_id, ended.subject, ended.at);
  if (unpacker.is_whole()) memory.note_ended(ended);
}

}  // namespace router::session
