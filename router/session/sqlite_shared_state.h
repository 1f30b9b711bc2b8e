// What one process has noted besides sessions, written through to its file: a restart forgets none of it.
//
// While the process lives memory is the truth; nobody waits for the file, which knows what was noted a moment ago.
// Leases are this process's, which is the only one. What an earlier process left is read by whoever asks first. Threads:
// any. Owner: SqliteStore; `records` and `clock` outlive it.
#pragma once

#include <memory>

#include "session/memory_shared_state.h"
#include "session/restoring.h"
#include "storage/records.h"

namespace router::session {

class SqliteSharedState final : public SharedState {
 public:
  SqliteSharedState(std::shared_ptr<storage::Records> records, const base::Clock& clock);

  base::Task<base::Result<bool>> once(Kind kind, std::string key, base::milliseconds ttl) override;
  base::Task<base::Result<void>> keep(Kind kind, std::string key, base::Secret value, base::milliseconds ttl) override;
  base::Task<base::Result<std::optional<base::Secret>>> take(Kind kind, std::string key) override;
  base::Task<base::Result<Tally>> tally(Kind kind, std::string key, unsigned add, base::milliseconds span) override;
  base::Task<base::Result<void>> forget(Kind kind, std::string key) override;
  base::Task<base::Result<std::optional<Lease>>> lease(std::string name, base::milliseconds ttl) override {
    return memory_.lease(std::move(name), ttl);
  }
  base::Task<base::Result<bool>> extend(Lease lease, base::milliseconds ttl) override {
    return memory_.extend(std::move(lease), ttl);
  }
  base::Task<base::Result<void>> release(Lease lease) override { return memory_.release(std::move(lease)); }

 private:
  struct Note;
  void restore_note(const storage::Record& record);
  void write(const Note& note, base::milliseconds kept);
  void erase(const Note& note);
  void keep_in_memory(Kind kind, std::string key, base::Secret value, base::milliseconds left);

  std::shared_ptr<storage::Records> records_;
  const base::Clock& clock_;
  MemorySharedState memory_;
  Restoring restoring_;
};

}  // namespace router::session
