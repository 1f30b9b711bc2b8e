#include "applications/repository_files.h"

#include <array>

#include "backend/destination_tls.h"
#include "backend/passage.h"
#include "http/fields.h"
#include "routing/rewrite.h"

namespace router::applications {

using base::Result;
using base::Task;

namespace {

constexpr std::array<int, 2> kAboutToken = {401, 403};
constexpr std::string_view kForCacheBuster = "public, max-age=31536000";

config::Destination files_destination(const config::Repository& repository, const std::optional<Name>& name) {
  config::Destination destination;
  destination.name = config::kHtml5Service;
  destination.url = repository.url;
  if (name) destination.url.path = routing::join_paths(repository.url.path, name->name);
  destination.timeout = repository.timeout;
  destination.exchanges_cookies = false;
  destination.closed_fields = {"authorization", "tenantid", "x-app-host-id"};
  return destination;
}

}  // namespace

RepositoryFiles::RepositoryFiles(std::shared_ptr<const Repository> repository, std::optional<Name> name,
                                 const config::Configuration& config, backend::CompressionSlots& slots)
    : OwnToken("HTML5 repository"),
      repository_(std::move(repository)),
      name_(std::move(name)),
      config_(config),
      destination_(files_destination(repository_->binding(), name_)),
      origin_(net::make_backend_origin(destination_.url, backend::destination_tls(destination_, config))),
      slots_(slots),
      metrics_(destination_.name) {}

Task<Result<void>> RepositoryFiles::ask(backend::Call& call, const std::string& rewritten) {
  const std::string tenant = tenant_of(call.facts.external, config_);
  std::string of_tenant = tenant;
  auto getting = repository_->token(std::move(of_tenant), call.exchange.loop());
  const auto token = co_await getting;
  if (!token) co_return token.error();
  std::string added;
  if (!token->empty()) added.append("Authorization: Bearer ").append(token->reveal()).append("\r\n");
  for (const auto& field : repository_fields(repository_->binding(), tenant, name_ ? name_->host_ids : std::string())) {
    http::append_line(added, field.name, field.value);
  }
  const backend::PassageRules rules{
      .kept_back = kAboutToken, .cache_control = cache_control(call), .added_lines = added};
  backend::Passage passage(call, destination_, config_, origin_, slots_, metrics_, rules);
  std::string path = routing::join_paths(destination_.url, rewritten);
  auto passing = passage.run(std::move(path));
  auto passed = co_await passing;
  if (!passed && backend::is_kept_back(passed.error())) repository_->drop_token(tenant, *token);
  co_return passed;
}

// Where the repository says nothing itself.
std::string_view RepositoryFiles::cache_control(const backend::Call& call) const {
  if (!call.route().cache_control.empty()) return call.route().cache_control;
  if (!name_) return {};
  return path_inside(call.facts.request.target.path, *name_).has_cache_buster ? kForCacheBuster : std::string_view();
}

}  // namespace router::applications
