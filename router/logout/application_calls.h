// What an application of the HTML5 repository adds to the logouts of the sessions that used it: the destinations and
// services of its descriptor that have a logoutPath.
//
// A session remembers them itself (session::ApplicationLogout), so that they are told whatever has become of the
// descriptor since, after a restart too. Pure; any thread. Source: docs/contract/html5.md section 1.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "logout/call_targets.h"
#include "session/session.h"

namespace router::logout {

inline constexpr std::size_t kMostApplications = 50;  // that a session remembers

// `application`: its own configuration; `provider`: the binding that the session's user logged in at.
std::vector<session::ApplicationLogout> application_logouts(const config::Configuration& application,
                                                            const std::string& segment, const std::string& provider);
// Whether the session has them as they are.
bool has_logouts(const session::Session& session, const std::string& segment,
                 const std::vector<session::ApplicationLogout>& logouts);
// In the place of what it had of that application; the application that was used first makes room.
void remember_logouts(session::Session& session, const std::string& segment,
                      const std::vector<session::ApplicationLogout>& logouts);

// What the configuration itself knows of its back-end; null: it is no name of the variable `destinations`, or no bound
// service.
const config::Destination* known_back_end(const config::Configuration& config,
                                          const session::ApplicationLogout& logout);
std::shared_ptr<const CallTarget> make_application_target(const session::ApplicationLogout& logout,
                                                          config::Destination back_end,
                                                          const config::Configuration& config);
// Unless one of them is the same call.
void add_target(std::shared_ptr<const CallTarget> target, CallTargets& targets);

// CallTarget::name of such a call, from which it can be made again.
std::string application_target_name(const session::ApplicationLogout& logout);
// Absent: it is no such name.
std::optional<session::ApplicationLogout> read_application_target_name(std::string_view name);

}  // namespace router::logout
