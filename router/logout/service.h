// Logout, from the request to the answer: trigger -> plan -> execute -> reply.
//
// Owner: the graph (one per configuration); what outlives a reload is passed in by reference. may_handle(),
// wants_body() and refuse_flood() from any thread; handle() is called on the request's loop, works on the background loop
// and comes back; the other Tasks run on the background loop. The service must outlive its Tasks. Errors:
// unavailable (the store is away, nobody was logged out: 503). Source: docs/contract/logout.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logout/conditional_urls.h"
#include "logout/execute.h"
#include "logout/explanation.h"
#include "logout/parts.h"
#include "logout/reply.h"
#include "logout/signal_receiver.h"
#include "logout/sources.h"

namespace router::logout {

// What came of a logout that no browser asked for.
struct Ended {
  std::string logout_id;  // of the first receipt; empty: there was nothing to end
  std::size_t sessions = 0;
  std::optional<base::Error> failure = {};  // of the rest: some have ended all the same
};

struct TakenSignal {
  bool is_on_record = false;                         // it need not come again
  std::optional<identity::RefusedSet> refused = {};  // nor this one, which was not believed
};

class Service {
 public:
  using Application = std::shared_ptr<const config::Configuration>;

  explicit Service(Parts parts);

  // False for nearly every request: certainly no logout. Cheap.
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const;
  // The same within an application of the HTML5 repository, as SourceInput has it: its endpoint, and its page where a
  // provider returns to it.
  bool may_handle_in(const Application& application, const http::Request& request) const;
  // Whether handle() needs the body, at most kMaxBody + 1 bytes of it. Where handle() then answers nothing,
  // the body has to be forwarded all the same.
  bool wants_body(const http::Request& request) const;
  // One of the two; what an application of the HTML5 repository adds is beside it.
  bool may_concern(const http::Request& request) const;

  // For an address that sends too many, on the request's loop: the answer, and handle() is not called.
  std::optional<http::Response> refuse_flood(const http::Request& request, const http::External& external) const;

  // Absent: no logout after all, the request goes on. `request` and `external` outlive the Task.
  base::Task<base::Result<std::optional<http::Response>>> handle(const http::Request& request,
                                                                 const http::External& external,
                                                                 session::Snapshot session, std::string body,
                                                                 base::Loop& home, Application application = nullptr);

  // The store has ended these sessions. Returns when their calls are recorded, not before there is room for
  // them.
  base::Task<void> session_timed_out(std::vector<session::Snapshot> sessions);
  // Another replica has ended this session, or changed it: what runs here on its behalf is closed, as far as it has left.
  base::Task<void> hear(session::News news);
  // Where a call that was recorded goes now, as FindTarget.
  base::Result<std::shared_ptr<const CallTarget>> find_target(const std::string& name,
                                                              const std::string& tenant) const {
    return executor_.find_target(name, tenant);
  }
  // A token that was fetched from a transmitter, as if it had been pushed.
  base::Task<TakenSignal> take_signal(std::string transmitter, std::string token);
  // Administration, refused refresh.
  base::Task<base::Result<Ended>> end_sessions(Cause cause, Selection selection);

  // What a signal would do, taken for what it says, and to which sessions, at most `most` of them. Errors: unavailable.
  struct Forecast {
    std::variant<ForeseenSignal, identity::RefusedSet> signal;
    std::vector<session::Snapshot> sessions;
    bool are_all = true;
  };
  base::Task<base::Result<Forecast>> foresee_signal(std::string token, std::size_t most);

  // Absent if the request is no logout. Ends nothing and asks nobody: for `xs-router explain`.
  std::optional<Explanation> explain(const http::Request& request, const http::External& external,
                                     const Application& application = nullptr) const;

 private:
  base::Task<base::Result<std::optional<http::Response>>> answer(SourceInput input);
  base::Task<base::Result<std::optional<http::Response>>> answer_of(Source& source, const SourceInput& input);
  base::Task<base::Result<http::Response>> carry_out(Source& source, Recognition recognised, const SourceInput& input);
  base::Task<base::Result<http::Response>> renew(TokensToRenew& wanted);
  // It has been carried out, and does not count again.
  base::Task<void> note(SeenOnce seen);
  base::Task<base::Result<http::Response>> log_out(Trigger& trigger, const http::Request& request,
                                                   const http::External& external);
  std::optional<Explanation> explain_by(Source& source, const http::Request& request,
                                        const http::External& external) const;
  // The provider URL and landing page that the browser's request asks for.
  void read_wishes(Trigger& trigger, const http::Target& target, const std::string& origin) const;
  void settle_token_use(const Ending& ending, const Execution& execution) const;
  void invalidate(const Trigger& trigger, const Execution& execution) const;
  base::Task<ProviderState> look_at_provider(const Trigger& trigger);
  identity::Provider* provider_of(const Trigger& trigger) const;
  bool shows_receipt(const Ending& ending, const Execution& execution) const;
  http::Response reply(Trigger& trigger, const Ending& ending, Execution execution, const http::Request& request,
                       const http::External& external) const;
  void warn_once_without_logout(const Ending& ending, const ProviderState& provider);

  Parts parts_;
  Sources sources_;
  ConditionalUrls conditional_urls_;
  Executor executor_;
  SignalReceiver signals_;
  bool warned_ = false;
};

}  // namespace router::logout
