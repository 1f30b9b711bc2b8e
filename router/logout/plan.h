// What a logout will do, as a value: shown by `xs-router explain`, tested without a network.
//
// Pure: the one thing that is random, the provider's `state`, is made by a function that the caller gives.
// Source: SAP, "logout"; Java agents, "Logout"; docs/contract/logout.md section 1 "Order of effects" and "Query
// parameters", section 2, section 5.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "identity/provider.h"
#include "logout/call_targets.h"
#include "logout/trigger.h"

namespace router::logout {

// The router's own landing page, where there is no logoutPage: public, never triggers a logout itself.
inline constexpr std::string_view kSignedOutPath = "/xs-router/signed-out";
// Its one parameter: says that the identity provider could not be reached.
inline constexpr std::string_view kProviderAwayQuery = "provider=unreachable";
inline constexpr std::string_view kReplicasLaterNote =
    "other servers of this site do not know it yet; they will be told as soon as they can be reached";
inline constexpr std::string_view kProviderAwayNote = "signed out here; your identity provider could not be reached";

enum class ProviderPart {
  none,         // no provider is bound, or it takes no part in this logout
  skipped,      // skip-redirect
  redirect,     // the browser is sent there
  not_offered,  // it has no logout endpoint
  unreachable
};
std::string_view to_string(ProviderPart part);

// What the plan knows of the identity provider; `config` null: none is bound.
struct ProviderState {
  const config::IdentityProvider* config = nullptr;
  std::shared_ptr<const identity::Metadata> metadata;  // null: not known yet
  bool reachable = true;
};

struct EndingInput {
  const config::Configuration& config;
  std::string origin;  // of the router, as the browser sees it
  ProviderState provider;
  std::function<std::string(const std::string& target)> make_state;
};

// How long the browser needs the session's tokens on its way: the provider may look for those of the hint.
enum class TokenUse {
  none,          // it was never to go there (Trigger::may_redirect_to_provider)
  over,          // it goes elsewhere after all
  until_return,  // until it is back, with `return_state`
  open           // it is not heard of again: until `revokeAfter`
};

// How it ends for the browser.
struct Ending {
  ReplyForm form = ReplyForm::redirect;
  ProviderPart provider = ProviderPart::none;
  std::string provider_url;  // empty unless ProviderPart::redirect; carries the id token hint: not for logs
  // Where a redirect is to be a form instead: the same, at any length. `url` empty: none.
  identity::LogoutRequest provider_form;
  std::string return_uri;       // where the provider sends the browser back to
  std::string return_state;     // what it brings along then; empty: nothing
  std::string landing;          // path or absolute URL, the client's query included
  bool has_page = false;        // false: `landing` is the built-in page
  std::string application;      // empty: the whole session
  bool clears_browser = false;  // its session cookie is deleted, and what clearSiteData names
  TokenUse token_use = TokenUse::none;
  // The browser's way does not end the session at the provider: the router does (`alwaysInvalidate`).
  bool ends_provider_session = false;

  // Where the browser goes next.
  const std::string& next() const { return provider_url.empty() ? landing : provider_url; }
};

Ending plan_ending(const Trigger& trigger, const EndingInput& input);

struct Plan {
  Cause cause = Cause::browser;
  std::optional<std::string> application;
  std::size_t sessions = 0;
  std::vector<Call> calls;  // of one session
  Ending ending;
};

// For a session as it is now; without one, for a session without cookies and token.
Plan make_plan(const Trigger& trigger, const EndingInput& input);

}  // namespace router::logout
