// The signing keys of one provider, and the check of a token's signature with them.
//
// Fetched when first needed, one fetch however many ask; older than an hour: used on while new ones are
// fetched beside; usable up to 24 h when that keeps failing (docs/contract/reliability.md "Open or closed"), then no
// token is accepted. A token that no key fits, or whose signature is wrong (keys replaced under one kid), makes them be
// fetched anew, at most once a minute and the first time at once: a flood of junk costs the provider one request a
// minute. Only a successful fetch starts the minute; after a failed one the next waits 1, 2, 4 ... 60 s, and until then
// a token that no key fits is not called bad, but the keys unavailable. Who needs keys waits for them for kPatience;
// the fetch itself may take longer, and serves the next one. Owner: a provider, through std::shared_ptr. Loop:
// background. Ages are steady time: a jump of the clock changes nothing. Errors: unauthenticated (the token is bad),
// unavailable (no keys for now).
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/backoff.h"
#include "base/result.h"
#include "base/single_flight.h"
#include "base/task.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "identity/parts.h"

namespace router::identity {

class JwksCache : public std::enable_shared_from_this<JwksCache> {
 public:
  enum class Refetch {
    never,
    allowed,
    // as allowed; within the minute a token that no key fits is not called bad, for who sent it comes again, unless the
    // keys have been fetched for that very name
    awaited
  };
  // Of one verify(): whoever it is for has waited for tokens before, and a page is due (token_client.h).
  static constexpr base::milliseconds kPatience{2'400};

  JwksCache(std::string provider_name, Parts parts);

  // `jwks_uri` may change from call to call, as metadata does. Refetch::never: for tokens that may not be
  // meant for these keys at all, so that they do not use up the minute.
  base::Task<base::Result<crypto::JwsPayload>> verify(std::string token, std::string jwks_uri,
                                                      crypto::Algorithms allowed, Refetch refetch);

 private:
  static base::Task<void> fetch(std::shared_ptr<JwksCache> self, std::string jwks_uri);
  base::Task<base::Result<crypto::KeySet>> current(std::string jwks_uri, base::SteadyTime ends_by);
  // `last`: when the refetches of this kind last happened.
  base::Task<bool> refetch_once_a_minute(std::string jwks_uri, std::uint64_t seen,
                                         std::optional<base::SteadyTime>* last, base::SteadyTime ends_by);
  base::milliseconds left_until(base::SteadyTime ends_by) const {
    return std::chrono::duration_cast<base::milliseconds>(ends_by - parts_.clock.steady());
  }
  void fail(const base::Error& cause);
  void note_absent(const std::string& kid);

  const std::string name_;
  Parts parts_;
  crypto::KeySet keys_;
  std::uint64_t version_ = 0;     // +1 with every key set that was fetched
  std::set<std::string> absent_;  // names that this key set was fetched for, and does not have
  base::SingleFlight flight_;
  base::Backoff backoff_;
  base::SteadyTime fetched_;
  // Of the last successful refetch, for names that are not known, and for signatures that fail under known ones.
  std::optional<base::SteadyTime> last_refetch_;
  std::optional<base::SteadyTime> known_refetch_;
  std::optional<base::SteadyTime>* minute_to_begin_ =
      nullptr;  // which of them the fetch under way begins, if it succeeds
  std::optional<base::Error> last_error_;
};

}  // namespace router::identity
