// Answers of a session that last: WebSockets, server-sent events, running downloads. Logout closes them
// (logout.md section 1, "After logout nothing is left").
//
// Whoever streams an answer registers how to end it and keeps the Registration while it runs. close() may be called
// from any thread; the callbacks run on the loop they were registered for, and never after their Registration died.
// Thread-safe. Owner: app/wiring; outlives all Registrations.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/loop.h"
#include "session/session.h"

namespace router::session {

class LiveConnections {
  struct Entry {
    base::Loop* loop;
    std::function<void()> end;
    bool gone = false;  // touched on the loop's thread only
  };
  using Entries = std::unordered_multimap<std::string, std::shared_ptr<Entry>>;

 public:
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration() { release(); }

   private:
    friend class LiveConnections;
    void release();
    LiveConnections* owner_ = nullptr;
    std::string key_;
    std::shared_ptr<Entry> entry_;
  };

  // On `loop`; `end` runs there, at most once.
  Registration add(const SessionId& id, base::Loop& loop, std::function<void()> end);
  // How many are being ended.
  std::size_t close(const SessionId& id);
  std::size_t count() const;

 private:
  mutable std::mutex mutex_;
  Entries entries_;
};

}  // namespace router::session
