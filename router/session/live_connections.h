// Requests of a session that are being answered, for logout to end: WebSockets, server-sent events, downloads,
// and answers that are still awaited (docs/contract/logout.md section 1, "After logout nothing is left").
//
// Whoever answers registers how to end it and keeps the Registration while it runs. close() may be called
// from any thread; the callbacks run on the loop they were registered for, and never after their Registration
// died. A session that ended between the look-up of a request's session and its registration is remembered
// for a while, so that the request is ended all the same.
// Thread-safe, in shards. Owner: app/parts; outlives all Registrations.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/loop.h"
#include "session/session.h"

namespace router::session {

class LiveConnections {
  struct Shard;
  struct Entry {
    base::Loop* loop;
    std::function<void()> end;
    Shard* shard;
    std::string key;
    std::string back_end;
    bool gone = false;  // touched on the loop's thread only
  };

 public:
  // How many ended sessions are remembered, about.
  static constexpr std::size_t kRemembered = 16 * 1024;

  class Registration {
   public:
    Registration() = default;
    Registration(Registration&&) noexcept = default;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration() { release(); }

   private:
    friend class LiveConnections;
    void release();
    std::shared_ptr<Entry> entry_;
  };

  // On `loop`; `end` runs there, at most once, and not before the loop's next turn.
  // `back_end`: the destination that answers, empty for the router itself. What is public (`authenticated`
  // false) is answered also after the session has left that back-end.
  Registration add(const SessionId& id, base::Loop& loop, std::function<void()> end, std::string back_end = {},
                   bool authenticated = true);
  // How many are being ended.
  std::size_t close(const SessionId& id);
  // Only those that these back-ends answer.
  std::size_t close(const SessionId& id, const std::vector<std::string>& back_ends);
  // Those that any back-end answers, whatever it is called; what the router answers itself goes on.
  std::size_t close_back_ends(const SessionId& id);
  std::size_t count() const;

 private:
  static constexpr std::size_t kShards = 16;

  struct Shard {
    mutable std::mutex mutex;
    std::unordered_multimap<std::string, std::shared_ptr<Entry>> entries;
    // by the hash of their ids, or of id and back-end, oldest overwritten first
    std::unordered_set<std::size_t> ended;
    std::vector<std::size_t> ended_in_order;
    std::size_t oldest = 0;

    void remember(std::size_t hash);
  };

  static std::size_t hash_of(const SessionId& id) { return std::hash<std::string_view>{}(id.reveal()); }
  // Of what a session was to one back-end.
  static std::size_t hash_of(std::size_t session, std::string_view back_end) {
    return session * 31 + std::hash<std::string_view>{}(back_end);
  }
  static void end_soon(const std::shared_ptr<Entry>& entry);
  // With the lock held: those of that session.
  static std::size_t end_those(Shard& shard, const SessionId& id, const std::function<bool(const Entry&)>& are_meant);

  std::array<Shard, kShards> shards_;
};

}  // namespace router::session
