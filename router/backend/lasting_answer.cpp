#include "backend/lasting_answer.h"

namespace router::backend {
namespace {
constexpr base::minutes kTouchEvery{1};
}

LastingAnswer::LastingAnswer(Call& call, std::function<void()> end, std::string back_end)
    : call_(call), end_(std::move(end)), back_end_(std::move(back_end)), touched_(call.clock.steady()) {
  session_opened();
}

void LastingAnswer::session_opened() {
  if (!call_.facts.user.stored()) return;
  registration_ = call_.live.add(call_.facts.user.stored()->id, call_.exchange.loop(), std::move(end_),
                                 std::move(back_end_), call_.authenticated);
}

void LastingAnswer::user_is_active() {
  const auto now = call_.clock.steady();
  if (!call_.facts.user.stored() || !call_.route().touch || now - touched_ < kTouchEvery) return;
  touched_ = now;
  base::start_detached(touch(call_.sessions, call_.facts.user.stored()->id));
}

void LastingAnswer::after(base::milliseconds delay, std::function<void()> then) {
  if (!alive_) alive_ = std::make_shared<bool>(true);
  call_.exchange.loop().after(delay, [alive = std::weak_ptr<bool>(alive_), then = std::move(then)] {
    if (!alive.expired()) then();
  });
}

base::Task<void> LastingAnswer::touch(session::Store& sessions, session::SessionId id) {
  // an ended session says no; whoever ended it closes this answer
  const auto touched = co_await sessions.used(std::move(id));
  (void)touched;
}

}  // namespace router::backend
