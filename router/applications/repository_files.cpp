#include "applications/repository_files.h"

#include <array>

#include "backend/passage.h"
#include "routing/rewrite.h"

namespace router::applications {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr std::array<int, 2> kAboutToken = {401, 403};
constexpr std::string_view kForCacheBuster = "public, max-age=31536000";

config::Destination files_destination(const config::Repository& repository, const std::optional<Name>& name) {
  config::Destination destination;
  destination.name = config::kHtml5Service;
  destination.url = repository.url;
  while (destination.url.path.ends_with('/')) destination.url.path.pop_back();
  if (name) destination.url.path += "/" + name->name;
  destination.timeout = repository.timeout;
  destination.exchanges_cookies = false;
  destination.closed_fields = {"authorization", "tenantid", "x-app-host-id"};
  return destination;
}

net::TlsClientOptions files_tls(const config::Configuration& config) {
  net::TlsClientOptions tls;
  tls.verify = config.environment.reject_unauthorized;
  return tls;
}

}  // namespace

RepositoryFiles::RepositoryFiles(std::shared_ptr<const Repository> repository, std::optional<Name> name,
                                 const config::Configuration& config, backend::CompressionSlots& slots)
    : repository_(std::move(repository)),
      name_(std::move(name)),
      config_(config),
      destination_(files_destination(repository_->binding(), name_)),
      origin_(net::make_backend_origin(destination_.url, files_tls(config))),
      slots_(slots),
      until_head_(backend::until_head(destination_.name)) {}

Task<Result<void>> RepositoryFiles::serve(backend::Call& call) {
  auto rewritten = routing::rewrite(call.route(), call.match.match, call.facts.target());
  if (!rewritten) co_return rewritten.error();
  const std::string path = routing::join_paths(destination_.url, *rewritten);
  const std::string tenant = tenant_of(call.facts.external, config_);
  auto asking = ask(call, path, tenant);
  auto served = co_await asking;
  const bool is_refused = !served && backend::is_kept_back(served.error());
  if (!is_refused) co_return served;
  // a body has gone with the first one
  if (call.facts.request.body == http::BodyKind::none) {
    auto again = ask(call, path, tenant);
    served = co_await again;
  }
  if (served || !backend::is_kept_back(served.error())) co_return served;
  co_return Error{ErrorCode::protocol, Side::back_end, "HTML5 repository: " + served.error().detail};
}

Task<Result<void>> RepositoryFiles::ask(backend::Call& call, const std::string& path, const std::string& tenant) {
  std::string of_tenant = tenant;
  auto getting = repository_->token(std::move(of_tenant), call.exchange.loop());
  const auto token = co_await getting;
  if (!token) co_return token.error();
  config::Destination destination = destination_;
  destination.headers = repository_fields(repository_->binding(), tenant, name_ ? name_->host_ids : std::string());
  if (!token->empty()) destination.authorization = base::Secret("Bearer " + std::string(token->reveal()));
  const backend::PassageRules rules{.kept_back = kAboutToken, .cache_control = cache_control(call)};
  backend::Passage passage(call, destination, config_, origin_, slots_, until_head_, rules);
  std::string target = path;
  auto passing = passage.run(std::move(target));
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
