// The open event streams of session.js: how many there may be, and their end when the router stops.
//
// A browser has one for all its tabs (static/session.js), so a session rarely has more than one. Whoever
// streams keeps the Place while it runs. end_all() may be called from any thread; the callbacks run on the
// loop they were given for, and never after their Place died. Thread-safe. Owner: app/parts; outlives all
// Places.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/loop.h"
#include "session/session.h"

namespace router::session {

class EventStreams {
 public:
  static constexpr std::size_t kMostPerSession = 4;
  static constexpr std::size_t kMostPerAddress = 1000;

  class Place {
   public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    friend class EventStreams;
    Place(EventStreams& owner, std::string session, std::string address, base::Loop& loop, std::function<void()> end);
    struct Entry;
    EventStreams* owner_;
    std::shared_ptr<Entry> entry_;
  };

  // Absent: the session or the address (base/ip_address.h, home) has too many, or the router is stopping. `end` runs on
  // `loop`, at most once.
  std::optional<Place> take(const SessionId& session, const std::string& address, base::Loop& loop,
                            std::function<void()> end);
  void end_all();
  std::size_t count() const;

 private:
  void leave(const std::shared_ptr<Place::Entry>& entry);

  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Place::Entry>> entries_;
  std::unordered_map<std::string, std::size_t> per_session_;
  std::unordered_map<std::string, std::size_t> per_address_;
  bool stopping_ = false;
};

}  // namespace router::session
