#include "applications/repository.h"

#include "base/log.h"
#include "http/url.h"
#include "routing/rewrite.h"

namespace router::applications {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Secret;
using base::Side;
using base::Task;

namespace {

constexpr base::milliseconds kBeforeRepetition{200};
constexpr std::string_view kInvalidHostId = "x-invalid-app-host-id";
constexpr std::size_t kLoggedHostId = 200;

Error answered(int status, ErrorCode code) {
  return {code, Side::back_end, "HTML5 repository: status " + std::to_string(status)};
}

// Says that there is no such application; but not where it only is too busy, or cut short.
bool is_no_application(const net::ClientResponse& response) {
  return response.status == 503 && !response.headers.contains("Retry-After");
}

bool is_passing(const Result<net::ClientResponse>& response) {
  if (!response) {
    const auto& error = response.error();
    return error.side == Side::back_end && error.code != ErrorCode::timeout && !net::is_answer_too_large(error);
  }
  return response->status == 502 || (response->status == 503 && !is_no_application(*response));
}

// Its own subaccount has its tokens where the client's url leads, whatever that host is called.
std::string tenant_at_client(const config::Repository& repository, const std::string& tenant) {
  return tenant == repository.zone ? std::string() : tenant;
}

void warn_of_host_id(const net::ClientResponse& response) {
  const auto invalid = response.headers.get(kInvalidHostId);
  if (invalid) base::log_warning("repository.invalid_host_id", {{"id", invalid->substr(0, kLoggedHostId)}});
}

}  // namespace

std::vector<config::Header> repository_fields(const config::Repository& repository, const std::string& tenant,
                                              const std::string& host_ids) {
  std::vector<config::Header> fields;
  if (!tenant.empty()) {
    const bool is_subscriber = !repository.zone.empty() && repository.zone != tenant;
    fields.push_back({"tenantid", is_subscriber ? repository.zone + "!" + tenant : tenant});
  }
  if (!host_ids.empty()) fields.push_back({"x-app-host-id", host_ids});
  return fields;
}

Task<Result<Secret>> Repository::token(std::string tenant, base::Loop& home) const {
  if (!binding().client) co_return Secret();
  auto client = binding().client;
  auto at_client = tenant_at_client(binding(), tenant);
  auto asking = tokens_->get(std::move(client), std::move(at_client), identity::IfRefused::own, home);
  auto token = co_await asking;
  if (!token) co_return token.error();
  co_return std::move(token->token);
}

void Repository::drop_token(const std::string& tenant, const Secret& token) const {
  if (binding().client) tokens_->drop(*binding().client, tenant_at_client(binding(), tenant), token);
}

Task<Result<std::optional<std::string>>> Repository::descriptor(Name name, std::string tenant) {
  auto asking = ask_with_good_token(name, tenant);
  auto response = co_await asking;
  if (is_passing(response)) {
    co_await base::sleep_for(parts_.loop, kBeforeRepetition);
    auto again = ask_with_good_token(std::move(name), std::move(tenant));
    response = co_await again;
  }
  if (!response && net::is_answer_too_large(response.error())) {
    co_return Error{ErrorCode::internal, Side::back_end, "HTML5 repository: xs-app.json is larger than 1 MiB"};
  }
  if (!response) co_return response.error();
  warn_of_host_id(*response);
  if (response->status == 200) co_return std::optional<std::string>(std::move(response->body));
  if (is_no_application(*response)) co_return std::optional<std::string>();
  const bool is_faulty = response->status == 404 || response->status == 400;
  co_return answered(response->status, is_faulty ? ErrorCode::internal : ErrorCode::protocol);
}

Task<Result<net::ClientResponse>> Repository::ask_with_good_token(Name name, std::string tenant) {
  auto asking = ask(name, tenant);
  auto response = co_await asking;
  const bool is_refused = response && (response->status == 401 || response->status == 403);
  if (!is_refused || !binding().client) co_return response;
  auto again = ask(std::move(name), std::move(tenant));
  response = co_await again;
  co_return response;
}

Task<Result<net::ClientResponse>> Repository::ask(Name name, std::string tenant) {
  auto getting = token(tenant, parts_.loop);
  const auto with = co_await getting;
  if (!with) co_return with.error();
  net::ClientRequest request;
  request.url = binding().url;
  request.url.path = routing::join_paths(request.url.path, name.name + "/xs-app.json");
  request.headers = {{"Accept", "application/json;charset=utf-8"}};
  if (!with->empty()) request.headers.emplace_back("Authorization", "Bearer " + std::string(with->reveal()));
  for (const auto& field : repository_fields(binding(), tenant, name.host_ids)) {
    request.headers.emplace_back(field.name, field.value);
  }
  request.timeout = binding().timeout;
  request.max_body = kLongestDescriptor;
  request.tls.verify = parts_.verify_tls;
  request.side = Side::back_end;
  auto response = co_await parts_.client.send(std::move(request));
  if (response && (response->status == 401 || response->status == 403)) drop_token(tenant, *with);
  co_return response;
}

}  // namespace router::applications
