// Who has signed in to the console: a cookie for a token, for eight hours.
//
// Its value is random, and known to this process alone: it ends with it. No guess of it is worth counting, and one that is
// not known is nobody's: of another process, say. At most kMost, of which the oldest goes first. Owner: management/doorkeeper,
// under whose lock it is. Source: docs/contract/operations.md "Management port"; RFC 6265bis section 4.1.3.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "management/visitor.h"

namespace router::management {

class SignIns {
 public:
  static constexpr base::seconds kLasts{8 * 3'600};
  static constexpr std::size_t kMost = 1'000;

  // `is_secure`: the port is reached over TLS alone.
  explicit SignIns(bool is_secure) : is_secure_(is_secure) {}

  // The value of Set-Cookie.
  std::string begin(Right right, std::string name, base::SteadyTime now);
  // `cookies`: a request's field. Absent: nobody, or no longer.
  std::optional<Visitor> find(std::string_view cookies, base::SteadyTime now) const;
  // The value of Set-Cookie that takes it back.
  std::string end(std::string_view cookies);

 private:
  struct SignedIn {
    Right right;
    std::string name;
    base::SteadyTime until;
  };
  // The key in signed_in_; empty: the request has no cookie of ours, or more than one.
  std::string key_in(std::string_view cookies) const;
  std::string_view cookie_name() const;
  std::string set_cookie(std::string value, long long max_age) const;
  void make_room(base::SteadyTime now);

  const bool is_secure_;
  std::map<std::string, SignedIn> signed_in_;  // by the digest of the cookie's value
};

}  // namespace router::management
