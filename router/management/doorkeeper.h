// Who may do what at the management port.
//
// MANAGEMENT_TOKEN may do everything, MANAGEMENT_READ_TOKEN may look. On a Unix socket the file's rights decide, and
// nobody is asked. Tokens are compared in constant time; after five wrong ones of an address in a minute it is not
// listened to, whatever it says. Thread-safe. Source: docs/contract/operations.md "Management port"; RFC 6750.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "session/address_limit.h"

namespace router::management {

enum class Right { nothing, look, everything };

struct Visitor {
  Right right = Right::nothing;
  std::string name;  // for the audit line: the token's
  bool said_something = false;
  std::optional<base::seconds> come_again = {};
};

class Doorkeeper {
 public:
  struct Tokens {
    base::Secret everything;  // empty: none
    base::Secret look;
    bool asks_nobody = false;
  };
  Doorkeeper(Tokens tokens, const base::Clock& clock);

  // `authorization`: the field's value; `address`: of the client.
  Visitor look(std::string_view authorization, std::string_view address);
  // False: nobody can get in, and it is the configuration's fault.
  bool has_tokens() const;

 private:
  const Tokens tokens_;
  const base::Clock& clock_;
  std::mutex mutex_;  // of a whole visit: those who come at once get no more guesses than those who queue
  session::AddressLimit wrong_;
};

}  // namespace router::management
