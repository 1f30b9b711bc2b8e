#include <nlohmann/json.hpp>

#include "http/query.h"
#include "pipeline/look_ups.h"
#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"

namespace router::pipeline {
namespace {

// README of @sap/approuter, "skipXSAppJsonCache"; the Node router takes any value
constexpr std::string_view kSkipCache = "skipXSAppJsonCache";

bool is_skip_cache(const http::QueryParameter& parameter) { return parameter.name == kSkipCache; }

bool skips_cache(const http::Target& target) {
  return target.query.find(kSkipCache) != std::string::npos && http::query_has(target.query, kSkipCache);
}

// Absent: the path is the central descriptor's, without asking.
std::optional<applications::Name> asked_name(const RequestState& state) {
  const auto& path = state.request.target.path;
  if (state.graph.own_endpoints.contains(path)) return std::nullopt;
  return applications::name_of(path, *state.config().repository);
}

void enter(RequestState& state, applications::Found application) {
  const auto& target = state.request.target;
  http::Target within = target;
  within.path = applications::path_inside(target.path, application->name).path;
  if (skips_cache(target)) {
    within.query = http::query_without(target.query, is_skip_cache);
    within.has_query = !within.query.empty();
  }
  state.other_target = std::move(within);
  state.application_path = "/" + application->name.segment;
  state.application = std::move(application);
}

// Whoever logs out does so whatever the repository says.
bool may_log_out(const RequestState& state) {
  const auto& target = state.request.target;
  const auto* logout = state.graph.logout.get();
  return logout != nullptr &&
         (logout->may_handle(state.request.method, target.path, target.query) || logout->wants_body(state.request));
}

Result<Verdict> fail_unless_logout(RequestState& state, base::Error fault) {
  if (!may_log_out(state)) return fault;
  state.application_fault = std::move(fault);
  return Verdict(Continue{});
}

Result<Verdict> go_on_in(RequestState& state, Result<applications::Found> found) {
  if (!found) return fail_unless_logout(state, std::move(found).error());
  if (*found == nullptr) return Verdict(Continue{});
  enter(state, *std::move(found));
  return take_welcome_file(state);
}

// Names that nobody has answered for yet are the client's doing; those that turn out to be applications are not.
Task<Result<Verdict>> ask_for_application(Context& context, applications::Name name, std::string tenant, bool anew) {
  auto& catalogue = *context.graph.applications;
  const bool is_guess = catalogue.is_guess(name, tenant);
  const auto later = is_guess ? take_look_up(context) : std::nullopt;
  if (later && may_log_out(context)) {
    context.application_later = later;
    co_return Verdict(Continue{});
  }
  if (later) co_return too_many_look_ups(*later);
  auto finding = catalogue.find(std::move(name), std::move(tenant), anew, context.exchange.loop());
  auto found = co_await finding;
  const bool is_there = found && *found != nullptr;
  if (is_guess && is_there) give_back_look_up(context);
  co_return go_on_in(context, std::move(found));
}

}  // namespace

Task<Result<Verdict>> find_application(Context& context) {
  auto name = context.graph.applications ? asked_name(context) : std::nullopt;
  if (!name) return Verdict(Continue{});
  auto tenant = applications::tenant_of(context.external, context.config());
  const bool anew = skips_cache(context.request.target);
  auto known = anew ? std::nullopt : context.graph.applications->known(*name, tenant);
  if (known) return go_on_in(context, *std::move(known));
  return ask_for_application(context, *std::move(name), std::move(tenant), anew);
}

std::optional<Foreseen> explain_find_application(RequestState& state, Told& told) {
  const auto name = state.graph.applications ? asked_name(state) : std::nullopt;
  if (!name) return std::nullopt;
  const auto known = state.graph.applications->known(*name, applications::tenant_of(state.external, state.config()));
  if (!known) {
    told["application"] = name->segment + ", asked of the HTML5 repository; where it has none, the rest holds";
    return std::nullopt;
  }
  auto verdict = go_on_in(state, *known);
  if (state.application) told["application"] = name->segment;
  return foresee(std::move(verdict));
}

}  // namespace router::pipeline
