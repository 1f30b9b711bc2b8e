#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

// Holds on to the graph until it is done.
Task<void> time_out(std::shared_ptr<const Graph> graph, std::vector<session::Snapshot> sessions) {
  co_await graph->logout->session_timed_out(std::move(sessions));
}

// What the browser held before is over; its back-ends hear of it like of any session that ended.
void tell_back_ends(Context& context, std::vector<session::Snapshot> replaced) {
  if (replaced.empty()) return;
  context.graph.services.background.post([graph = context.graph.shared_from_this(), replaced] {
    base::start_detached(time_out(graph, replaced));
  });
}

}  // namespace

Task<Result<Verdict>> login_callback(Context& context) {
  const auto& login = *context.graph.login;
  if (!login.is_callback(context.request.target)) co_return Verdict(Continue{});
  auto outcome = co_await login.callback(context.request, context.external, context.exchange.loop());
  for (const auto& cookie : outcome.set_cookies) context.add_reply_field("Set-Cookie", cookie);
  context.session = outcome.created;
  tell_back_ends(context, std::move(outcome.replaced));
  // what runs under the old id could no longer be ended by the new session's logout
  if (outcome.taken_over) context.graph.services.live.close(outcome.taken_over->id);
  if (!outcome.answer) co_return outcome.answer.error();
  co_return Verdict(std::move(*outcome.answer));
}

}  // namespace router::pipeline
