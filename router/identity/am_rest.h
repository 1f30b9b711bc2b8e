// What the REST endpoints share, login and logout alike: paths with realms, API versions, error
// bodies.
//
// Paths: <context>/json/realms/root/realms/<realm>/..., the same without /realms/root, the old
// <context>/json/<realm>/..., or <context>/json/... and perhaps ?realm=; <context> being optional; below /oauth2
// likewise. A realm is written as in the configuration: "/" or "/alpha/beta". Pure; any thread. Source: "Set Logout
// Details node"; docs/contract/logout.md section 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace router::identity {

struct RealmPath {
  std::string realm;  // "/" where the path names none
};
// Absent unless `path` is below `root` ("/json"), or below `context` and `root`, and what follows ends with
// `last` ("authenticate", "connect/endSession"). Allocates nothing for other paths.
std::optional<RealmPath> read_realm_path(std::string_view path, std::string_view context, std::string_view root,
                                         std::string_view last);

// The realm that a request is for: that of its path, else that of the parameter `realm` ("alpha" or "/alpha").
std::string realm_of(const RealmPath& path, std::string_view query);

// Whether `inner` is `outer` or a realm in it.
bool is_realm_within(std::string_view inner, std::string_view outer);

// Accept-API-Version: absent, or resource 2.0 to 5.1 and protocol 1 or 2, where they are named.
bool accepts_api_version(const http::Headers& headers);
// 404, which says what is accepted.
http::Response api_version_refused();

// {"code":401,"reason":"Unauthorized","message":"..."}, no-store.
http::Response rest_error(int status, std::string_view message);
http::Response rest_method_not_allowed(std::string_view allow);
http::Response rest_answer(int status, std::string json);

}  // namespace router::identity
