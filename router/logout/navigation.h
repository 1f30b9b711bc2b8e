// "A GET must not be a trap": which requests may log a user out, by how they were made. One rule for all triggers.
//
// HEAD, prefetches (of browsers and of page frameworks) and sub-resources never do, wherever they come from, frames
// only where they are our own; a cross-site navigation asks first. A client that sends no Sec-Fetch fields (curl,
// old browsers) is taken at its word (http/fetch_metadata.h). Pure. Source: docs/contract/logout.md section 1; Fetch
// Metadata (W3C).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "http/external.h"
#include "http/message.h"

namespace router::logout {

enum class Navigation { proceed, confirm, refuse };

// Whose pages may hold the endpoint in a frame. any_site: what the request says is the evidence, not the browser's
// cookies, and a fetch of another site is as good as a frame.
enum class Frames { same_origin, any_site };

Navigation judge_navigation(const http::Request& request, config::CrossSiteLogout policy,
                            Frames frames = Frames::same_origin);
// What is answered instead of a logout; absent: proceed.
std::optional<http::Response> objection_to(Navigation judged, const http::Request& request);

// The frame in which an identity provider, or a portal, logs its applications out: its Referer names our origin or
// one of `origins`. Without a Referer it could be anybody's: `without_referer` says that the operator wants it.
bool is_trusted_frame(const http::Request& request, const http::External& external,
                      const std::vector<std::string>& origins, bool without_referer);

http::Response refused_response();

}  // namespace router::logout
