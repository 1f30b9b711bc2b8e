// What has to be told to whom, in a form that can be written down and outlives the process.
//
// The back-end is known by what the configuration calls it, so that its credentials are written nowhere, and a call
// that is taken up again goes where the configuration of that day says. Immutable once it is in the outbox, which
// shares it with the fan-out; but for Credentials::revoked. Source: docs/contract/durability.md; docs/contract/logout.md
// section 7.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/model.h"

namespace router::logout {

// What a user's, or a service's, token is to the calls of one session, which share it.
struct Credentials {
  base::Secret access_token;  // empty: the session had none
  std::optional<base::WallTime> expires;
  std::atomic<bool> revoked = false;

  bool usable_at(base::WallTime now) const { return !access_token.empty() && !revoked && (!expires || now < *expires); }
};

struct CallRecord {
  std::string id;  // the Idempotency-Key, the same on each retry: "<logout_id>.<number>", from 1
  std::string logout_id;
  std::string target_name;                   // CallTarget::name
  std::string back_end;                      // CallTarget::back_end
  std::shared_ptr<Credentials> credentials;  // never null
  base::Secret cookies;                      // Cookie field, empty = none
  std::vector<config::Header> forwarded;     // x-forwarded-*, x-approuter-host
  base::WallTime created;
  std::string tenant;  // its subdomain: whose destination it is, and whose token is shown on the way; may be empty
  // What a logout token says of the session; empty where its back-end gets none.
  std::string session_origin;
  std::string session_name;  // as that back-end knows it (session/pairwise_id.h)
  std::string subject;
  // What a security event token says but for issuer, audience, time and name: JSON; empty where its back-end gets none.
  std::string signal;
  std::string jar;  // CallTarget::jar that the cookies are of: no other back-end gets them; empty: not said
};
using CallPtr = std::shared_ptr<const CallRecord>;

// Among the calls of its logout; 0: its id tells none.
unsigned number_of(std::string_view call_id);

// Plain: what holds cookies and tokens is sealed before it is written.
base::Secret pack(const CallRecord& call);
// With these credentials instead of its own.
base::Secret pack(const CallRecord& call, const Credentials& credentials);
// Null: no call, or one of a format that this version does not know. Its credentials are its own.
std::shared_ptr<CallRecord> unpack_call(std::string_view bytes);

}  // namespace router::logout
