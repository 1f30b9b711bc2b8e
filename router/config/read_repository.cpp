#include "config/read_repository.h"

#include <algorithm>

#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "config/read_destinations.h"
#include "config/read_services.h"

namespace router::config {
namespace {

constexpr const char* kDirect = "DIRECT_ROUTING_URI_PATTERNS";
constexpr const char* kOwnServices = "OWN_SAP_CLOUD_SERVICE";
constexpr const char* kRuntimePlan = "app-runtime";

// Tags and label are the same for the instance that applications are uploaded by.
const Binding* runtime_binding(const std::vector<Binding>& bindings) {
  std::vector<const Binding*> found;
  for (const Binding& binding : bindings) {
    if (binding.is(kRepositoryLabel)) found.push_back(&binding);
  }
  const auto first = [&](const auto& fits) -> const Binding* {
    const auto at = std::find_if(found.begin(), found.end(), fits);
    return at == found.end() ? nullptr : *at;
  };
  if (const auto* by_plan = first([](const Binding* binding) { return binding->plan == kRuntimePlan; })) return by_plan;
  const auto* named = first(
      [](const Binding* binding) { return text_member(*binding->credentials, "sap.cloud.service") == kHtml5Service; });
  if (named != nullptr) return named;
  const bool is_alone = found.size() == 1 && member(*found.front()->credentials, "uri") != nullptr;
  return is_alone ? found.front() : nullptr;
}

void read_client_and_zone(const Binding& binding, Repository& repository) {
  const auto uaa = uaa_of(binding);
  if (!uaa) {
    return binding.report.warning("", {"no uaa", "the client that tokens of the repository are fetched with",
                                       "the repository is asked without a token"});
  }
  repository.client = std::make_shared<const IdentityProvider>(read_uaa_client(*uaa));
  repository.zone = text_member(*uaa->credentials, "identityzone").value_or("");
}

std::string without_dots(std::string text) {
  std::erase(text, '.');
  return text;
}

// Services with applications of their own in the repository.
void read_business_prefixes(const std::vector<Binding>& bindings, Repository& repository) {
  for (const Binding& binding : bindings) {
    const json* of_repository = object_member(*binding.credentials, kRepositoryLabel);
    if (of_repository == nullptr) continue;
    const auto ids = text_member(*of_repository, "app_host_id");
    if (!ids || ids->empty()) continue;
    for (const char* key : {"sap.cloud.service", "sap.cloud.service.alias"}) {
      const auto name = text_member(*binding.credentials, key);
      if (name && !name->empty()) repository.prefixes[without_dots(*name)] = *ids;
    }
  }
}

void read_own_prefixes(const Variables& variables, Repository& repository) {
  const auto list = variables.json_value(kOwnServices);
  if (!list) return;
  const auto is_text = [](const json& item) { return item.is_string() && !item.get_ref<const std::string&>().empty(); };
  if (!list->value->is_array() || !std::all_of(list->value->begin(), list->value->end(), is_text)) {
    return list->report.error("", {show_value(*list->value), "an array of names"});
  }
  for (const json& item : *list->value) {
    auto name = without_dots(item.get<std::string>());
    repository.prefixes.try_emplace(name);
    repository.own_prefixes.push_back(std::move(name));
  }
}

void read_direct_patterns(const Variables& variables, Repository& repository) {
  const auto list = variables.json_value(kDirect);
  if (!list) return;
  if (!list->value->is_array()) return list->report.error("", {show_value(*list->value), "an array of patterns"});
  for (std::size_t i = 0; i < list->value->size(); ++i) {
    const json& item = (*list->value)[i];
    if (!item.is_string()) {
      list->report.error(pointer_to("", i), {show_value(item), "a name or a regular expression"});
      continue;
    }
    auto pattern = read_pattern(item.get<std::string>(), true, list->report, pointer_to("", i));
    if (pattern) repository.direct.push_back(*std::move(pattern));
  }
}

}  // namespace

std::optional<Repository> read_repository(const std::vector<Binding>& bindings, const Variables& variables) {
  Repository repository;
  read_own_prefixes(variables, repository);
  read_direct_patterns(variables, repository);
  const Binding* const binding = runtime_binding(bindings);
  if (binding == nullptr) return std::nullopt;
  const json* const uri = member(*binding->credentials, "uri");
  if (uri == nullptr) {
    binding->report.error("", {"no uri", "the URL of the repository"});
    return std::nullopt;
  }
  auto url = read_back_end_url(*uri, binding->report, "/uri");
  if (!url) return std::nullopt;
  repository.url = *std::move(url);
  read_client_and_zone(*binding, repository);
  read_business_prefixes(bindings, repository);
  return repository;
}

}  // namespace router::config
