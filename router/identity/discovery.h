// The discovery document of an OpenID provider, or of somebody else with keys of his own: fetched, checked, kept, refreshed.
//
// Fetched when first asked for, one fetch however many ask; after a failure again on its own after 1, 2, 4
// ... 60 s, and who asks meanwhile gets the last error at once. Older than an hour: the kept one is answered
// and a new one fetched beside. A new document that is wrong never replaces a good one. Owner: a provider,
// through std::shared_ptr (fetches keep it alive). Loop: background; known() from any thread. Units:
// documents up to 256 KiB, 7 s a fetch. Errors: unavailable, retryable; the reason is in the detail. Source:
// OpenID Connect Discovery 1.0 section 4; docs/contract/reliability.md L1.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/backoff.h"
#include "base/result.h"
#include "base/single_flight.h"
#include "base/task.h"
#include "identity/parts.h"
#include "identity/provider.h"

namespace router::identity {

class Discovery : public std::enable_shared_from_this<Discovery> {
 public:
  // Where the document is, and what it has to say.
  struct Document {
    std::string name;  // whose it is, for the log
    std::string issuer;
    std::string url;
    std::function<base::Result<Metadata>(std::string_view text)> read;
  };
  Discovery(Document document, Parts parts) : document_(std::move(document)), parts_(parts) {}
  Discovery(const config::IdentityProvider& provider, Parts parts);

  base::Task<base::Result<std::shared_ptr<const Metadata>>> get();
  std::shared_ptr<const Metadata> known() const;

 private:
  static base::Task<void> fetch(std::shared_ptr<Discovery> self);
  void accept(Metadata metadata);
  void fail(const base::Error& cause);

  const Document document_;
  Parts parts_;
  base::SingleFlight flight_;
  base::Backoff backoff_;
  base::SteadyTime fetched_;
  std::optional<base::Error> last_error_;

  mutable std::mutex mutex_;  // guards known_ only
  std::shared_ptr<const Metadata> known_;
};

}  // namespace router::identity
