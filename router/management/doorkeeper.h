// Who may do what at the management port.
//
// MANAGEMENT_TOKEN may do everything, MANAGEMENT_READ_TOKEN may look. On a Unix socket the file's rights decide, and
// nobody is asked; but who calls it by a name of the DNS is a browser that was misled, and gets nothing. Tokens are
// compared in constant time. Of wrong ones an address has five a minute, then it is told to come again later; the right one
// is heard all the same, as strangers may share the address. Not so one that is short enough to be guessed
// (config/management_token.h). The console gives a token for a cookie (management/sign_ins.h), which is no guess either.
// Thread-safe. Source: docs/contract/operations.md "Management port"; RFC 6750.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "management/message.h"
#include "management/sign_ins.h"
#include "management/visitor.h"
#include "session/address_limit.h"

namespace router::management {

class Doorkeeper {
 public:
  struct Tokens {
    base::Secret everything;  // empty: none
    base::Secret look;
    bool asks_nobody = false;
    bool is_secure = false;  // reached over TLS alone
  };
  struct Entered {
    Visitor visitor;
    std::string set_cookie;  // a field's value; empty: none
  };
  Doorkeeper(Tokens tokens, const base::Clock& clock);

  // By Authorization where it is there, else by the console's cookie.
  Visitor look(const Request& request);
  // Gives a cookie for the token; one that the request has is no longer good.
  Entered sign_in(std::string_view token, const Request& request);
  // The value of Set-Cookie that takes the request's cookie back.
  std::string sign_out(const Request& request);
  // False: nobody can get in, and it is the configuration's fault.
  bool has_tokens() const;

 private:
  // With the mutex held.
  Visitor judge(std::string_view token, std::string_view address, base::SteadyTime now);

  const Tokens tokens_;
  const base::Clock& clock_;
  std::mutex mutex_;  // of a whole visit: those who come at once get no more guesses than those who queue
  session::AddressLimit wrong_;
  SignIns sign_ins_;
};

}  // namespace router::management
