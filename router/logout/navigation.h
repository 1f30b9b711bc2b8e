// "A GET must not be a trap": which requests may log a user out, by how they were made.
//
// Prefetches, HEAD, and loads of sub-resources from another site never do; a cross-site navigation asks
// first. A client that sends no Sec-Fetch fields (curl, old browsers) is taken at its word. Pure. Source:
// spec/logout.md section 1; Fetch Metadata (W3C); oidc_cases.md 84.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "http/external.h"
#include "http/message.h"

namespace router::logout {

enum class Navigation { proceed, confirm, refuse };

Navigation judge_navigation(const http::Request& request, config::CrossSiteLogout policy);
// What is answered instead of a logout; absent: proceed.
std::optional<http::Response> objection_to(Navigation judged, const http::Request& request);

// The iframe in which an identity provider logs its clients out: a cross-site iframe load whose Referer, if
// there is one, names our origin or one of `provider_origins`.
bool is_provider_iframe(const http::Request& request, const http::External& external,
                        const std::vector<std::string>& provider_origins);

// Whether a state-changing request comes from another site: by Sec-Fetch-Site, else by Origin.
bool is_cross_site(const http::Request& request, const http::External& external);
bool is_prefetch(const http::Request& request);

// Whether the answer is shown to a person, who is redirected, or read by a script, which is told where to go.
// Posted forms count as the former.
bool expects_a_page(const http::Request& request);

http::Response refused_response();
http::Response method_not_allowed(std::string_view allow);

}  // namespace router::logout
