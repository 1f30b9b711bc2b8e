// Makes the anonymous session of a browser that has none, when a back-end sets a session cookie on a public
// route.
//
// Like a user's in cookie, store and time-outs, without user and tokens. What fails costs the cookie, never
// the page. On the request's loop; refers to the Context.
#pragma once

#include <vector>

#include "backend/backend.h"
#include "pipeline/context.h"

namespace router::pipeline {

class AnonymousOpener final : public backend::SessionOpener {
 public:
  explicit AnonymousOpener(Context& context) : context_(context) {}
  base::Task<session::Snapshot> open(std::vector<session::BackendCookie> jar) override;

 private:
  Context& context_;
};

}  // namespace router::pipeline
