// What things are called in Redis. Names hold no id, no user and no issuer in clear: hashes of them.
//
// What belongs to one session has its hash as hash tag, so that it is one slot of a cluster; each list has a tag of its
// own. Pure; any thread. Source: docs/contract/durability.md "Redis".
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"
#include "session/store.h"

namespace router::session {

class RedisNames {
 public:
  static constexpr unsigned kShards = 16;  // of what is due, and of news

  explicit RedisNames(std::string prefix = "xs-router:") : prefix_(std::move(prefix)) {}

  static std::string hash_of(const SessionId& id);
  std::string session(std::string_view hash) const { return prefix_ + "session:{" + std::string(hash) + "}"; }
  std::string session(const SessionId& id) const { return session(hash_of(id)); }
  // Sorted sets of hashes by time (ms): when to look whether a session is over; whose back-ends nobody has told of it.
  std::string due(bool anonymous, unsigned shard) const {
    return list(anonymous ? "due:a" : "due:u", std::to_string(shard));
  }
  std::string untold(bool anonymous, unsigned shard) const {
    return list(anonymous ? "untold:a" : "untold:u", std::to_string(shard));
  }
  static unsigned shard_of(std::string_view hash);
  // Sorted sets of hashes by order (us).
  std::string born(bool anonymous) const { return list("born", anonymous ? "a" : "u"); }
  std::string home(const std::string& address) const { return list("home", digest({address})); }
  // What sessions are found by: of a session all, of a filter those that together hold what it may mean; none: all.
  std::vector<std::string> found_by(const Session& session) const;
  std::vector<std::string> found_by(const SessionFilter& filter) const;
  // When a provider has ended what (us); those that a login of this session must have come after.
  std::string ended(std::string_view kind, const std::string& issuer, const std::string& name) const {
    return list("ended", digest({kind, issuer, name}));
  }
  std::vector<std::string> ended_before(const Session& session) const;
  std::string news(unsigned shard) const { return list("news", std::to_string(shard)); }
  std::vector<std::string> all_news() const;
  // Of SharedState.
  std::string note(std::string_view use, std::string_view kind, const std::string& key) const {
    return list(use, digest({kind, key}));
  }

 private:
  static std::string digest(std::initializer_list<std::string_view> parts);
  std::string list(std::string_view what, std::string_view tag) const {
    return prefix_ + "{" + std::string(what) + ":" + std::string(tag) + "}";
  }
  std::string index(std::string_view kind, const std::string& issuer, const std::string& value) const {
    return list("by", digest({kind, issuer, value}));
  }

  std::string prefix_;
};

}  // namespace router::session
