// A back-end that is asked with a token of the router's own: behind a proxy that wants one, or a bound service itself.
//
// What is said of that token is not the user's business. One that is refused is fetched anew for a request without a
// body, which is asked once more; then the answer is 502. serve() on the exchange's loop.
#pragma once

#include <string>
#include <string_view>

#include "backend/backend.h"

namespace router::backend {

class OwnToken : public Backend {
 public:
  base::Task<base::Result<void>> serve(Call& call) final;

 protected:
  // `asked`: who refuses it, for the log; outlives this.
  explicit OwnToken(std::string_view asked) : asked_(asked) {}

 private:
  // With a good token, which counts no longer after an error that is_kept_back(). `rewritten`: as routing::rewrite().
  virtual base::Task<base::Result<void>> ask(Call& call, const std::string& rewritten) = 0;

  const std::string_view asked_;
};

}  // namespace router::backend
