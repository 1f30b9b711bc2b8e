#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"

namespace router::pipeline {

Result<Verdict> welcome_file(Context& context) {
  // where the handshake for a CSRF token is answered with the file itself, that is the target already
  if (!asks_for_welcome_file(context) || context.other_target) return Verdict(Continue{});
  return Verdict(http::redirect_response(welcome_location(context)));
}

}  // namespace router::pipeline
