// What was recognised: who is logged out, how far, why, and what kind of answer is expected.
//
// Made by a Source, read by plan and execute; no source ever acts. Movable, not copyable (a prepared answer
// is not). Source: docs/contract/logout.md sections 1 to 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/applications.h"
#include "http/message.h"
#include "session/store.h"

namespace router::logout {

enum class Cause {
  browser,         // central: the logout endpoint
  timeout,         // the session's time was over
  back_channel,    // OIDC Back-Channel Logout 1.0
  front_channel,   // OIDC Front-Channel Logout 1.0
  rest,            // REST with details
  agent_url,       // agent style: URL or parameter
  hosted,          // hosted login
  admin,           // management API
  refresh_failed,  // the provider refused to renew the tokens
  signal,          // a shared signal: CAEP, RISC
  global_revocation,
  recovered  // calls that an earlier process left behind
};
std::string_view to_string(Cause cause);

// Which sessions. All parts together; a session is ended once however often it is named.
struct Selection {
  std::vector<session::Snapshot> sessions;
  std::vector<session::SessionFilter> filters;
  // Remembered in the store, so that a login still in flight does not survive its logout.
  std::vector<session::EndedAtProvider> ended_at_provider;
  // The store has ended them already: time-out.
  bool ended_already = false;
  // A browser leaves, whatever its session is called by now: where a login has just succeeded one of `sessions`, what
  // stands for it is meant.
  bool with_successors = false;
  // Many at a time: the back-ends are told at a steady pace, and who signs out meanwhile goes first.
  bool is_paced = false;
};

// How far it goes.
struct WholeSession {};
// A named application (agent style): its cookies and connections, and the back-ends that are its destinations.
struct ApplicationPart {
  std::string name;  // kEveryApplication: all back-ends, whatever they are called
  std::vector<std::string> destinations;

  bool is_every() const { return name == config::kEveryApplication; }
};
using Extent = std::variant<WholeSession, ApplicationPart>;

// What the identity provider has to do with the end of a whole session. With a part of one: nothing.
enum class ProviderStep {
  sign_out,             // its session is to end, too: the browser is sent there; the tokens are revoked
  already_signing_out,  // it has us in a frame (skip-redirect): nobody is sent there; the tokens are revoked
  revoke_tokens,        // its session has ended, or goes on: nothing else
  none                  // it hears nothing: the request was not signed, or it has refused the tokens already
};

enum class ReplyForm {
  redirect,     // 302, or the built-in page where there is nowhere to go
  url_in_body,  // text/plain
  url_as_json,  // {"logoutUrl": ...}
  page,         // the built-in page
  no_content,   // 204
  given,        // Trigger::answer
  none          // nobody waits for one
};

// What is asked of the identity provider, where it is not the usual (conditional URLs).
struct ProviderUrl {
  std::string replaced_by;       // absolute URL, empty = the provider's own
  std::string added_parameters;  // raw query, empty = none
};

// Who has said so, of what has been told from elsewhere: for receipts.
struct SignalOrigin {
  std::string transmitter;
  std::string event;
  std::string txn;                // may be empty, as what follows
  std::string initiating_entity;  // admin, user, policy, system
  base::WallTime at = {};         // when it has happened
};

// By what a request is known again, on whatever replica it comes: looked up by its source, noted once it has been
// carried out. What comes again before that is carried out, too.
struct SeenOnce {
  session::Kind kind = session::Kind::logout_token;
  std::string key;
  base::milliseconds kept_for{0};  // at least, longer than it could count
};
// Whether that has been carried out before. Errors: unavailable.
base::Task<base::Result<bool>> has_been_seen(session::SharedState& shared, SeenOnce what);

struct Trigger {
  Cause cause = Cause::browser;
  Selection selection;
  Extent extent = WholeSession();
  ProviderStep provider_step = ProviderStep::sign_out;
  ReplyForm form = ReplyForm::redirect;
  std::optional<http::Response> answer;            // with ReplyForm::given
  std::optional<http::Response> answer_if_nobody;  // instead, where no session has ended
  std::optional<SignalOrigin> signal;
  // The session that the answer speaks about: hint for the provider. May have been ended by somebody else.
  session::Snapshot session;
  std::string query;                // the client's, byte for byte, to be carried to the landing page
  std::optional<std::string> page;  // instead of logoutPage
  // What the request named itself (gotoParameter), checked; wins. Not registered at the provider.
  std::optional<std::string> requested_page;
  ProviderUrl provider_url;
  bool clears_browser = true;  // the browser that asked is the session's: its cookie is deleted
  // Of the application at whose endpoint this is: its back-ends hear of it whether the session has used it or not.
  std::vector<session::ApplicationLogout> application_logouts;
  std::optional<SeenOnce> seen;

  // Null: the whole session.
  const ApplicationPart* application() const { return std::get_if<ApplicationPart>(&extent); }
  bool whole_session() const { return application() == nullptr; }
  // Whose back-ends alone hear of it; null: all do.
  const std::vector<std::string>* only() const {
    const auto* part = application();
    return part == nullptr || part->is_every() ? nullptr : &part->destinations;
  }
  // The session at the provider is over, too, afterwards: at our bidding or at its own.
  bool is_over_at_provider() const {
    return asks_provider() || (whole_session() && provider_step == ProviderStep::already_signing_out);
  }
  // The provider is to be asked to end its session.
  bool asks_provider() const { return whole_session() && provider_step == ProviderStep::sign_out; }
  // Where a reply is due, its browser may be sent to the provider, who may want to know the session's tokens then.
  bool may_redirect_to_provider() const { return asks_provider() && form != ReplyForm::none; }
  // Back-ends are told at a steady pace.
  bool is_paced() const { return selection.ended_already || selection.is_paced; }
  // Nothing of the provider's part is open when its sessions are over.
  bool leaves_provider_alone() const {
    const bool sends_nobody = provider_step == ProviderStep::revoke_tokens || provider_step == ProviderStep::none;
    return form == ReplyForm::none || (form == ReplyForm::given && sends_nobody);
  }
  bool revokes_tokens() const { return whole_session() && provider_step != ProviderStep::none; }
};

// By somebody who has proved it, and who is no browser: the session at the provider has ended, or goes on.
Trigger told_from_elsewhere(Cause cause);
// Of a shared signal.
Trigger signal_trigger();

// What tokens say of their users is out of date: no logout, for the sessions go on with new ones.
struct TokensToRenew {
  std::vector<session::SessionFilter> filters;
  http::Response answer;
  SeenOnce seen;
};

// A token that its client takes back (hosted login): no logout, for no session ends with it.
struct TokenToRevoke {
  std::vector<std::string> providers;  // binding names: one of them may have issued it
  base::Secret token;
  std::string hint;  // "refresh_token" or "access_token"
};

}  // namespace router::logout
