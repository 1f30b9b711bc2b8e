// The bound HTML5 application repository. Part of config/model.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/pattern.h"
#include "config/model/provider.h"
#include "http/url.h"

namespace router::config {

struct Repository {
  http::Url url;
  // Where its tokens come from, and where the subscribers of a tenant are found; null: it is asked without a token.
  std::shared_ptr<const IdentityProvider> client;
  std::string zone;                    // subdomain of the subaccount that it is bound in
  base::milliseconds timeout{30'000};  // of OUTGOING_REQUEST_OPTIONS
  // DIRECT_ROUTING_URI_PATTERNS: first segments of a path that are no application's.
  std::vector<base::Pattern> direct;
  // What may stand before an application's name, with the app_host_id of the bound service that it stands for; empty
  // for those of OWN_SAP_CLOUD_SERVICE.
  std::map<std::string, std::string, std::less<>> prefixes;
  std::vector<std::string> own_prefixes;  // of those, the ones of OWN_SAP_CLOUD_SERVICE: they may stand behind a GUID
};

}  // namespace router::config
