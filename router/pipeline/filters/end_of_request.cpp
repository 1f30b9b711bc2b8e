#include "pipeline/filters/filters.h"

namespace router::pipeline {

namespace {

base::Task<void> touch_stored(Context& context) {
  auto id = context.user.stored()->id;
  // an ended session says no, and a store that is away has nothing to touch: neither matters to this request
  const auto touched = co_await context.graph.parts.sessions.store.used(std::move(id));
  (void)touched;
}

}  // namespace

base::Task<void> end_of_request(Context& context) {
  if (context.user.is_caller) context.graph.login->caller_left(*context.user.session);
  if (!context.user.stored()) return {};
  if (context.match.found() && !context.route().touch) return {};
  return touch_stored(context);
}

}  // namespace router::pipeline
