// The files of the HTML5 repository, for routes to the service html5-apps-repo-rt: below an application's name, or, for
// the central descriptor's own, wherever the route's target says.
//
// The repository is asked with the router's own token of the tenant, and neither sees the browser's cookies nor sets
// any. Immutable. Owner: a RouteSet or its BackEnds. Source: docs/contract/html5.md section 1.
#pragma once

#include <memory>
#include <optional>

#include "applications/repository.h"
#include "backend/compressed_body.h"
#include "backend/own_token.h"
#include "backend/passage_metrics.h"
#include "net/backend_origin.h"

namespace router::applications {

class RepositoryFiles final : public backend::OwnToken {
 public:
  // `config` outlives it; it has a repository. Absent name: of the central descriptor.
  RepositoryFiles(std::shared_ptr<const Repository> repository, std::optional<Name> name,
                  const config::Configuration& config, backend::CompressionSlots& slots);

 private:
  base::Task<base::Result<void>> ask(backend::Call& call, const std::string& rewritten) override;
  std::string_view cache_control(const backend::Call& call) const;

  const std::shared_ptr<const Repository> repository_;
  const std::optional<Name> name_;
  const config::Configuration& config_;
  const config::Destination destination_;
  const net::BackendOrigin origin_;
  backend::CompressionSlots& slots_;
  const backend::PassageMetrics metrics_;
};

}  // namespace router::applications
