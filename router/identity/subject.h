// Whom a security event is about: a subject identifier, read and not yet understood.
//
// A tree of two levels at most: `aliases` holds simple ones, `complex` holds simple ones and aliases under the names of
// their roles (user, session, tenant, device, group ...). Formats that the router has no use for (did, uri, jwt_id,
// ip-addresses, formats of somebody's own) are read as `unsupported`: they are no fault, and fit nobody. Bounded by the
// JSON that it is read from, and kMostParts. Pure; any thread. Errors: bad_request (a member is missing or of a wrong
// type, aliases in aliases). Source: RFC 9493 section 3; OpenID Shared Signals Framework 1.0 section 3.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace router::identity {

struct SubjectPart;

struct Subject {
  static constexpr std::size_t kMostParts = 64;

  enum class Format { iss_sub, email, opaque, account, phone_number, aliases, complex, unsupported };
  Format format = Format::unsupported;
  std::string issuer;  // of iss_sub
  // sub, email, id, the name in an acct: URI, phone number; of an unsupported one, what its format is called.
  std::string value;
  std::vector<SubjectPart> parts;  // of aliases and of complex ones

  // The part of a complex one that has this role; null: none.
  const Subject* part(std::string_view role) const;
};

struct SubjectPart {
  std::string role;  // empty among aliases
  Subject subject;
};

// The value of `sub_id`.
base::Result<Subject> read_subject(const nlohmann::json& value);

}  // namespace router::identity
