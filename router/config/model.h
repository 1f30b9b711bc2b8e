// The typed configuration: everything xs-app.json, default-env.json, default-services.json and the environment say.
//
// Made by config/load, complete and cross-checked; const afterwards, shared by all threads; a reload makes a new one.
// Names follow the properties of the descriptor (docs/contract/descriptor.md), so that a reader finds the one from the
// other. Each topic has a file in model/, each dialect of logging out one in dialects/.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/dialects.h"
#include "config/model/answers.h"
#include "config/model/destination.h"
#include "config/model/environment.h"
#include "config/model/headers.h"
#include "config/model/limits.h"
#include "config/model/logout.h"
#include "config/model/provider.h"
#include "config/model/repository.h"
#include "config/model/route.h"
#include "config/model/subscriptions.h"

namespace router::config {

struct Configuration : Dialects {
  std::string directory;  // absolute
  std::string welcome_file;
  bool authentication_none = false;  // authenticationMethod: none
  // Whether nobody gets that route without a login.
  bool asks_for_login(const Route& route) const { return !authentication_none && !route.is_public(); }
  std::chrono::minutes session_timeout{15};
  std::vector<Route> routes;  // with the default route, if one was added
  std::string callback_endpoint = "/login/callback";
  std::map<std::string, Destination> destinations;
  // Endpoints of bound services by service_key(); the one that the logout path belongs to also by its service alone.
  std::map<std::string, Destination> services;
  std::optional<DestinationService> destination_service;
  std::optional<Repository> repository;                 // of HTML5 applications
  std::optional<Subscriptions> subscriptions;           // absent: there are no callbacks
  std::map<std::string, LogoutPath> looked_up_logouts;  // by destination, where the service is bound
  std::vector<Route> plugins;                           // matched before `routes`
  std::vector<ResponseHeader> response_headers;         // responseHeaders over httpHeaders, merged
  Compression compression;
  std::string plugin_metadata_endpoint;
  std::string plugin_metadata = "[]";  // what it answers: the variable `plugins` as JSON
  std::string whitelist_endpoint;
  std::optional<std::vector<http::OriginRule>> cj_protect_whitelist;  // absent: framing is not controlled
  bool websockets_enabled = false;
  std::vector<ErrorPage> error_pages;
  std::vector<CorsPolicy> cors;
  bool state_protection = true;
  std::vector<IdentityProvider> providers;  // first = default
  Environment environment;
};

}  // namespace router::config
