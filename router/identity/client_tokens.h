// The router's own tokens for bound services (client credentials), one per client and tenant.
//
// Fetched when one is needed, once for all who wait; kept until a minute before it expires, or half its life. A tenant
// is a subdomain of the client's authorization server; where that server refuses the client there (nobody has
// subscribed), the provider's own token stands in, for five minutes at most; not where it would lead to what is the
// provider's alone. Owner: app/parts, beyond reloads, by shared_ptr. get() from any loop, the work runs on the background
// loop; the drops from any thread. At most 4096 are kept, the longest good ones. Errors: not_found (there is no such
// subaccount), unavailable (the client is refused, or the server is away). Source: RFC 6749 section 4.4;
// docs/contract/html5.md section 1.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/single_flight.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/parts.h"
#include "identity/token_client.h"

namespace router::identity {

// A token that is so new is not refused for its age: where anybody can have a service answer with 401, another one would
// be fetched for each of those requests.
inline constexpr base::seconds kNewToken{10};
// Who judges the token and nothing else (a proxy, the repository, the destination service) may have withdrawn it: that
// many new ones in a row are fetched anew, further ones stay until they are new no longer.
inline constexpr int kNewTokensAnew = 2;

// A tenant that has not subscribed: the provider's own token, or none.
enum class IfRefused { own, fail };

struct ClientToken {
  base::Secret token;
  bool stands_in = false;  // the provider's own: what it opens is the provider's
};

class ClientTokens : public std::enable_shared_from_this<ClientTokens> {
 public:
  static constexpr std::size_t kMostKept = 4096;
  using Client = std::shared_ptr<const config::IdentityProvider>;

  explicit ClientTokens(Parts parts) : parts_(parts) {}

  // `tenant`: empty for the client's own subaccount. Comes back to `home`.
  base::Task<base::Result<ClientToken>> get(Client client, std::string tenant, IfRefused if_refused, base::Loop& home);
  // get() would ask nobody now.
  bool has(const config::IdentityProvider& client, const std::string& tenant, IfRefused if_refused) const;
  // A service has refused it: the next request fetches another. One that has been replaced already stays, and one that
  // is new where as many as `new_anew` before it were new, too.
  void drop(const config::IdentityProvider& client, const std::string& tenant, const base::Secret& token,
            int new_anew = kNewTokensAnew);
  // The tenant has subscribed, or does so no longer: all of it.
  void drop_tenant(const std::string& tenant);
  std::size_t kept() const;

 private:
  struct Entry {
    ClientToken token;
    base::WallTime good_until;
    base::SteadyTime obtained;
    int refused_new = 0;               // tokens in a row, up to now
    std::optional<base::Error> fault;  // of the last flight
    base::SingleFlight flight;
  };
  using EntryPointer = std::shared_ptr<Entry>;

  struct Key {
    std::string client_id;
    std::string url;
    std::string tenant;  // empty: the client's own subaccount
    IfRefused if_refused = IfRefused::own;
    auto operator<=>(const Key&) const = default;
  };

  static Key key_of(const config::IdentityProvider& client, const std::string& tenant, IfRefused if_refused);
  ClientToken good(const Key& key) const;
  EntryPointer entry_for(const Key& key);
  bool make_room();  // locked
  static base::Task<base::Result<ClientToken>> ask(std::shared_ptr<ClientTokens> self, Client client, Key key);
  static base::Task<void> fetch(std::shared_ptr<ClientTokens> self, Client client, Key key, EntryPointer entry);
  base::Task<base::Result<TokenAnswer>> request(Client client, std::string tenant);

  const Parts parts_;
  mutable std::mutex mutex_;  // guards the map, and tokens and times in it; flights are the background loop's
  std::map<Key, EntryPointer> entries_;
};

}  // namespace router::identity
