#include "http/field_list.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

Result<Verdict> refuse_unrouted(Context& context) {
  if (context.match.found() || context.is_built_in_service()) return Verdict(Continue{});
  if (!context.match.method_not_allowed()) {
    return base::Error{base::ErrorCode::not_found, base::Side::client, "no route takes this path"};
  }
  return Verdict(http::method_not_allowed(http::written_list(context.match.allow)));
}

}  // namespace router::pipeline
