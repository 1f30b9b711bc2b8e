#include "pipeline/filters/filters.h"

namespace router::pipeline {

base::Task<void> end_of_request(Context& context) {
  if (context.user.is_caller) context.graph.login->caller_left(*context.user.session);
  if (!context.user.stored()) co_return;
  if (context.match.found() && !context.route().touch) co_return;
  auto id = context.user.stored()->id;
  // an ended session says no, and a store that is away has nothing to touch: neither matters to this request
  const auto touched = co_await context.graph.parts.sessions.store.used(std::move(id));
  (void)touched;
}

}  // namespace router::pipeline
