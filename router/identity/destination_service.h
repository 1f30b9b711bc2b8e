// The bound destination service: destinations by name, over its REST API, with the router's own token.
//
// A subscriber has destinations of its own, asked for with the token of its subdomain; what it has none of is the
// provider's, as is all where nobody has subscribed, the host names no tenant, or the client knows none. No destination
// of a subscriber's is shown the provider's certificate. What was found is kept for five minutes, or as long as its
// Authorization is good if that is shorter; what is not there for half a minute; a failure for some seconds. Names that
// the descriptor knows have places of their own; for others, which clients choose, there are 1000, for those of
// subscribers 4096, and what is not there leaves first. One question per name and time, however many ask. After a
// failure the last good answer goes on until its Authorization ends.
// Owner: app/parts, by shared_ptr. Loop: find() from any loop, the work runs on the background loop; known() and
// known_or_ask() from any thread. Errors: not_found (no such destination, or tenant: 404), unavailable (503), protocol,
// timeout, refused (502).
// Source: SAP Destination service REST API; RFC 6749 section 4.4.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/single_flight.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/client_tokens.h"
#include "identity/parts.h"

namespace router::identity {

class DestinationService : public std::enable_shared_from_this<DestinationService> {
 public:
  using Found = std::shared_ptr<const config::Destination>;

  DestinationService(config::DestinationService binding, std::shared_ptr<ClientTokens> tokens, Parts parts);

  // `tenant`: a subdomain, empty for the provider. Comes back to `home`.
  base::Task<base::Result<Found>> find(std::string name, std::string tenant, base::Loop& home);
  // What find() would answer without asking anybody; null: it would have to ask. Stale ones are answered,
  // too.
  Found known(const std::string& name, const std::string& tenant) const;
  // The same; what it does not know it asks for in the background.
  Found known_or_ask(const std::string& name, const std::string& tenant);
  // Whether find() would have to ask the service for what a client chose: his doing, to be limited. That is a name, and
  // for a stranger a tenant that no token is there for. Any thread.
  bool must_ask_for(const std::string& name, const std::string& tenant, bool is_stranger) const;
  // The tenant has subscribed, or does so no longer: all of it. Any thread.
  void drop_tenant(const std::string& tenant);
  // These have places of their own: the descriptor names them. Any thread.
  void reserve(std::set<std::string> names);
  // From now on these are asked for every minute, so that known() knows them; a logout cannot wait. Before
  // the background loop runs, or on it.
  void keep_known(std::vector<std::string> names);

 private:
  struct Key {
    std::string tenant;  // empty: the provider's
    std::string name;
    auto operator<=>(const Key&) const = default;
  };
  // That many entries at most.
  struct Places {
    std::size_t most;
    std::size_t taken = 0;
  };
  struct Entry {
    std::optional<base::Result<Found>> answer;
    base::SteadyTime fresh_until;
    base::SteadyTime usable_until;  // the last good answer; its Authorization ends then
    Found last_good;
    base::SingleFlight flight;
  };
  using EntryPointer = std::shared_ptr<Entry>;

  Key key_of(const std::string& name, const std::string& tenant) const;
  std::optional<base::Result<Found>> fresh(const Key& key) const;
  Places* places_for(const Key& key);  // locked; null: it has one of its own
  base::Result<EntryPointer> entry_for(const Key& key);
  bool make_room(Places& places);  // locked
  static base::Task<base::Result<Found>> ask(std::shared_ptr<DestinationService> self, Key key);
  static base::Task<void> look_up(std::shared_ptr<DestinationService> self, Key key, EntryPointer entry);
  static base::Task<void> take_the_providers(std::shared_ptr<DestinationService> self, Key key, EntryPointer entry);
  static base::Task<void> ask_for(std::shared_ptr<DestinationService> self, Key key);
  static base::Task<void> ask_for_kept(std::shared_ptr<DestinationService> self);
  void ask_for_kept_after(base::milliseconds delay);
  base::Task<base::Result<net::ClientResponse>> request(std::string name, base::Secret token);
  void keep(const Key& key, Entry& entry, base::Result<net::ClientResponse> response);
  void keep_absent(const Key& key, Entry& entry);
  void fail(const Key& key, Entry& entry, base::Error error);

  const config::DestinationService binding_;
  Parts parts_;
  const std::shared_ptr<ClientTokens> tokens_;
  const ClientTokens::Client client_;
  std::vector<std::string> kept_;
  bool keeping_ = false;
  mutable std::mutex mutex_;  // guards what follows, and the answers in the map; flights are the background loop's
  std::set<std::string> names_;
  Places guests_{1000};  // of other names
  Places of_tenants_{4096};
  std::map<Key, EntryPointer> entries_;
};

}  // namespace router::identity
