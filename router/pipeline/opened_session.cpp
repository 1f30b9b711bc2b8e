#include "pipeline/opened_session.h"

#include <utility>

namespace router::pipeline {
namespace {

// Holds on to the graph until it is done.
base::Task<void> time_out(std::shared_ptr<const Graph> graph, std::vector<session::Snapshot> sessions) {
  co_await graph->logout->session_timed_out(std::move(sessions));
}

void tell_back_ends(Context& context, std::vector<session::Snapshot> replaced) {
  if (replaced.empty()) return;
  context.graph.parts.background.post(
      [graph = context.graph.shared_from_this(), replaced] { base::start_detached(time_out(graph, replaced)); });
}

}  // namespace

void take_opened_session(Context& context, login::OpenedSession opened) {
  if (!opened.set_cookie.empty()) context.reply_fields.add("Set-Cookie", opened.set_cookie);
  context.user.session = opened.created;
  context.user.anonymous = nullptr;
  tell_back_ends(context, std::move(opened.replaced));
  // what runs under the old id could no longer be ended by the new session's logout
  if (opened.taken_over) context.graph.parts.sessions.live.close(opened.taken_over->id);
}

}  // namespace router::pipeline
