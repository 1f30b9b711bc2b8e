// Hosted-login logout and token revocation: the section `hostedLogin`. Its sources: logout/sources/hosted.h
// and logout/sources/token_revocation.h; docs/contract/logout.md section 4.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/secret.h"

namespace router::config {

struct HostedLoginClient {
  std::vector<std::string> redirect_uris;
  base::Secret secret;
};

struct HostedLogin {
  std::string customer_id;
  std::map<std::string, HostedLoginClient> clients;

  std::string logout_path() const { return "/" + customer_id + "/auth-ui/logout"; }
  std::string revocation_path() const { return "/" + customer_id + "/token/revoke"; }
};

extern const struct Dialect kHostedLogin;

}  // namespace router::config
