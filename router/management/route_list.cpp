#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "management/figures.h"
#include "management/overview.h"

namespace router::management {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kRouteLabel = "route";
constexpr std::string_view kRequestsByRoute = "xsrouter_requests_total";

std::string text_at(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string() : *text;
}

// What the descriptor says of a route, which the metrics call by its number.
ordered_json shown_route(const ordered_json& route, const std::string& label) {
  ordered_json shown{{"route", label}};
  if (const auto source = route.find("source"); source != route.end()) {
    shown["source"] = source->is_string() ? *source : source->is_object() ? ordered_json(text_at(*source, "path")) : "";
  }
  for (const auto* name : {"target", "destination", "service", "localDir", "authenticationType"}) {
    if (auto text = text_at(route, name); !text.empty()) shown[name] = std::move(text);
  }
  return shown;
}

// What came by each route, as the metrics call it.
struct RouteCounts {
  explicit RouteCounts(const Readings& readings)
      : hits(readings.sums_by(kRouteLabel, kRequestsByRoute)),
        client_errors(readings.sums_by(kRouteLabel, kRequestsByRoute, {{"class", "4xx"}})),
        server_errors(readings.sums_by(kRouteLabel, kRequestsByRoute, {{"class", "5xx"}})),
        seconds(readings.buckets_by(kRouteLabel, "xsrouter_request_seconds")) {}

  using Sums = std::map<std::string, double, std::less<>>;
  Sums hits;
  Sums client_errors;
  Sums server_errors;
  std::map<std::string, Readings::Buckets, std::less<>> seconds;
};

ordered_json with_counts(ordered_json route, const RouteCounts& counts) {
  const auto& label = route["route"].get_ref<const std::string&>();
  const auto buckets = at_or_none(counts.seconds, label);
  ordered_json figures{{"hits", whole(at_or_none(counts.hits, label))},
                       {"client_errors", whole(at_or_none(counts.client_errors, label))},
                       {"server_errors", whole(at_or_none(counts.server_errors, label))},
                       {"p50_ms", quantile_or_null(buckets, 0.5)},
                       {"p99_ms", quantile_or_null(buckets, 0.99)}};
  route.update(figures);
  return route;
}

// Neither a place in a descriptor nor what no route took.
bool is_of_its_own(const std::string& label) { return label.starts_with("plugin ") || label == "other"; }

}  // namespace

std::string route_list(const Readings& readings, const std::string& configuration) {
  const RouteCounts counts(readings);
  ordered_json routes = ordered_json::array();
  const auto parsed = ordered_json::parse(configuration, nullptr, false);
  const auto descriptor = parsed.is_object() ? parsed.find("descriptor") : parsed.end();
  if (descriptor != parsed.end() && descriptor->contains("routes") && (*descriptor)["routes"].is_array()) {
    std::size_t number = 0;
    for (const auto& route : (*descriptor)["routes"])
      routes.push_back(with_counts(shown_route(route, std::to_string(number++)), counts));
  }
  for (const auto& [label, hits] : counts.hits) {
    if (is_of_its_own(label)) routes.push_back(with_counts({{"route", label}, {"source", ""}}, counts));
  }
  // what no route took, or not one of the descriptor's
  routes.push_back(with_counts({{"route", "none"}, {"source", ""}}, counts));
  return base::json_text(ordered_json{{"routes", std::move(routes)}});
}

}  // namespace router::management
