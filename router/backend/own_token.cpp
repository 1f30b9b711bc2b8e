#include "backend/own_token.h"

#include "backend/passage.h"
#include "routing/rewrite.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

Task<Result<void>> OwnToken::serve(Call& call) {
  auto rewritten = routing::rewrite(call.route(), call.match.match, call.facts.target());
  if (!rewritten) co_return rewritten.error();
  auto asking = ask(call, *rewritten);
  auto served = co_await asking;
  // a body has gone with the first one
  const bool may_repeat = !served && is_kept_back(served.error()) && call.facts.request.body == http::BodyKind::none;
  if (may_repeat) {
    auto again = ask(call, *rewritten);
    served = co_await again;
  }
  if (served || !is_kept_back(served.error())) co_return served;
  co_return Error{ErrorCode::protocol, Side::back_end, std::string(asked_) + ": " + served.error().detail};
}

}  // namespace router::backend
