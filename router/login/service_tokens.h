// The tokens of users that bound services are called with: fetched once, kept until shortly before they expire.
//
// A user's token is kept in the session, so that it ends with it and is there at logout; those of callers without a
// session in a bounded memory here. The router's own are identity/client_tokens. One request to the authorization
// server at a time for each, however many wait. Owner: login::Service, through std::shared_ptr. Loop: background, but
// for find(). Source: docs/contract/descriptor.md (services, "Session").
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/event.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/token_client.h"
#include "session/store.h"

namespace router::login {

using ServiceOf = std::shared_ptr<const config::ServiceClient>;
// identity/service_token, with what it needs of the world.
using AskServiceToken = std::function<base::Task<base::Result<identity::TokenAnswer>>(
    ServiceOf service, base::Secret user_token, std::string tenant)>;

class ServiceTokens : public std::enable_shared_from_this<ServiceTokens> {
 public:
  static constexpr std::size_t kMostKept = 4096;

  // Both outlive this object and its Tasks.
  ServiceTokens(session::Store& store, const base::Clock& clock, AskServiceToken ask)
      : store_(store), clock_(clock), ask_(std::move(ask)) {}

  // What the session holds already and is still good. Any thread.
  static std::optional<base::Secret> find(const session::Session& user, std::string_view service, base::WallTime now);

  // `user`: a session, or a caller without one (empty id). Errors: forbidden (the server refuses this user), those of
  // the authorization server.
  base::Task<base::Result<base::Secret>> get(ServiceOf service, session::Snapshot user, std::string tenant);

  // A service has refused it: the next request fetches another, unless this one is new (identity::kNewToken) here. Any
  // loop for a session's, background for a caller's.
  base::Task<void> drop_from_session(session::Snapshot user, base::Secret token);
  void drop_of_caller(const base::Secret& token);

  std::size_t kept() const { return kept_.size(); }

 private:
  using Good = std::optional<session::ServiceToken>;
  struct Flight {
    base::Event landed;
    base::Result<base::Secret> result = base::Secret();
  };

  static base::Task<void> fly(std::shared_ptr<ServiceTokens> self, std::shared_ptr<Flight> flight, std::string key,
                              ServiceOf service, session::Snapshot user, std::string tenant);
  base::Task<base::Result<base::Secret>> fetch(std::string key, ServiceOf service, session::Snapshot user,
                                               std::string tenant);
  base::Task<void> keep_in_session(session::SessionId id, session::ServiceToken token);
  void keep(const std::string& key, session::ServiceToken token);
  void note_new(const base::Secret& token);
  bool is_new(const base::Secret& token) const;

  session::Store& store_;
  const base::Clock& clock_;
  const AskServiceToken ask_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::unordered_map<std::string, session::ServiceToken> kept_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, base::SteadyTime> new_;  // by their digest; guarded by mutex_
};

}  // namespace router::login
