// The dialects of logging out, as the configuration has them: THE list, beside that of their sources
// (logout/sources.cpp).
//
// A new one is a pair in dialects/ and here: its header, its settings (among the properties of `logout`, or a
// section of its own), its place in kDialects. Everything else of config/ goes over the list.
#pragma once

#include <array>
#include <optional>

#include "config/dialects/agent.h"
#include "config/dialects/am.h"
#include "config/dialects/back_channel.h"
#include "config/dialects/central.h"
#include "config/dialects/front_channel.h"
#include "config/dialects/hosted_login.h"
#include "config/dialects/landing.h"
#include "config/dialects/signals.h"
#include "config/model/logout.h"

namespace router::config {

// The section `logout`: what each dialect has there, and what holds for all.
struct Logout : LogoutRules, LogoutLanding, CentralLogout, BackChannelLogout, FrontChannelLogout, AgentLogout {};

struct Dialects {
  Logout logout;
  std::optional<Am> am;
  std::optional<HostedLogin> hosted_login;
  Signals signals;
};

// In the order in which faults are looked for: of two with the same path, the later one is said to be wrong.
inline constexpr std::array kDialects = {
    &kCentralLogout, &kBackChannelLogout, &kFrontChannelLogout, &kLogoutLanding, &kAm,
    &kHostedLogin,   &kSignals,           &kAgentLogout,
};

}  // namespace router::config
