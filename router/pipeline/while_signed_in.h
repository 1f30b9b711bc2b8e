// A stage that waits for somebody else (a provider, the destination service) waits no longer than the session lives.
//
// So that a logout is answered at once: 401 for a GET, HEAD or OPTIONS that is on its way (docs/logout.md "What is
// under way"). What changes something goes on waiting. `task` keeps alive what it works with, and not the Context: it
// may go on after the request. Loop: the request's.
#pragma once

#include <utility>

#include "http/method.h"
#include "pipeline/context.h"
#include "session/unless_ended.h"

namespace router::pipeline {

template <class T>
base::Task<base::Result<T>> while_signed_in(Context& context, base::Task<base::Result<T>> task) {
  if (!context.user.is_signed_in() || !http::is_safe(context.request.method)) {
    auto answer = co_await task;
    co_return answer;
  }
  auto waiting = session::unless_ended(context.graph.parts.sessions.live, context.user.session->id,
                                       context.exchange.loop(), std::move(task));
  auto answer = co_await waiting;
  if (answer) co_return *std::move(answer);
  co_return base::Error{base::ErrorCode::unauthenticated, base::Side::client, "the session has ended meanwhile"};
}

}  // namespace router::pipeline
