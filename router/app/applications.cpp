#include "app/applications.h"

#include "app/back_ends.h"
#include "applications/repository_files.h"

namespace router::app {
namespace {

// What an application has no claim to: folders of the router.
class NotThere final : public backend::Backend {
 public:
  base::Task<base::Result<void>> serve(backend::Call&) override {
    co_return base::Error{base::ErrorCode::not_found, base::Side::client, "localDir in an application"};
  }
};

using Config = std::shared_ptr<const config::Configuration>;

}  // namespace

std::shared_ptr<applications::Repository> make_repository(Config config, Parts& parts) {
  if (!config->repository) return nullptr;
  auto given = parts.for_identity(*config);
  return std::make_shared<applications::Repository>(std::move(config), parts.client_tokens, given);
}

std::shared_ptr<applications::Catalogue> make_catalogue(Config config,
                                                        std::shared_ptr<applications::Repository> repository,
                                                        Parts& parts, const Bound& bound) {
  if (!repository) return nullptr;
  const auto make_routes = [&parts, bound, repository](Config own, const applications::Name& name) {
    const auto make_own = [&](const config::Route& route) -> std::unique_ptr<backend::Backend> {
      if (route.folder() != nullptr) return std::make_unique<NotThere>();
      if (route.service() == nullptr || route.service()->name != config::kHtml5Service) return nullptr;
      return std::make_unique<applications::RepositoryFiles>(repository, name, *own, parts.compression_slots);
    };
    return std::shared_ptr<const backend::RouteSet>(
        std::make_shared<const backend::RouteSet>(own, make_back_ends(own, nullptr, parts, bound), make_own));
  };
  const auto given = parts.for_identity(*config);
  return std::make_shared<applications::Catalogue>(std::move(config), std::move(repository), make_routes, given);
}

}  // namespace router::app
