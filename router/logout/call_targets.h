// Which back-ends a logout calls: every destination and service with a logoutPath.
//
// Made once per configuration; calls_for() turns an ended session into its calls. Pure; any thread.
// Source: SAP, "logout"; docs/contract/logout.md section 1, step 2.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/external.h"
#include "http/message.h"
#include "logout/call.h"
#include "session/session.h"

namespace router::logout {

using CallTargets = std::vector<std::shared_ptr<const CallTarget>>;

// CallTarget::name is one of these and what the configuration calls it.
inline constexpr std::string_view kDestinationTarget = "destination:";
inline constexpr std::string_view kServiceTarget = "service:";
std::string target_name(std::string_view kind, std::string_view key);

CallTarget make_call_target(const config::Destination& destination, const config::Configuration& config);
CallTargets make_call_targets(const config::Configuration& config);

// What the back-ends are told about the request that logged out; absent for a time-out.
struct ForwardedRequest {
  std::string host;
  std::string scheme;
  std::string client_chain;  // x-forwarded-for
  std::string path;
};
ForwardedRequest forwarded_request(const http::Request& request, const http::External& external);

// Where the session was made; sessions of earlier versions do not say it themselves.
std::string origin_of(const session::Session& session, const std::optional<ForwardedRequest>& request);

// One call per target, of an anonymous session one per target whose cookies it holds; with `only`, for the targets of
// these destinations. Ids are given when the calls are sent.
std::vector<Call> calls_for(const session::Session& session, const CallTargets& targets,
                            const std::optional<ForwardedRequest>& request,
                            const std::vector<std::string>* only = nullptr);

}  // namespace router::logout
