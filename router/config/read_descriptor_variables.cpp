#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "config/schema.h"

namespace router::config {
namespace {

// A schema for `items` of the descriptor's schema that stand alone.
json schema_of(json node) {
  node["definitions"] = descriptor_schema().value("definitions", json::object());
  return node;
}

json list_schema(json items) {
  return schema_of({{"type", "array"}, {"items", std::move(items)}});
}

json plugin_schema() {
  json route = descriptor_schema().value("/definitions/route"_json_pointer, json::object());
  json& properties = route["properties"];
  if (properties.is_object()) {
    for (const char* key : {"localDir", "replace", "cacheControl"}) properties.erase(key);
  }
  properties["name"] = {{"type", "string"}, {"minLength", 1}, {"maxLength", 256}};
  route["required"] = {"name", "source", "destination"};
  return list_schema(std::move(route));
}

void read_plugin(const json& value, std::size_t index, const Report& report,
                 const DescriptorSurroundings& surroundings, Configuration& configuration) {
  Plugin plugin{text_member(value, "name").value_or(""),
                read_route(value, report, surroundings, configuration)};
  plugin.route.index = index;
  const auto& destination = plugin.route.destination;
  if (destination && destination->find('$') == std::string::npos &&
      !configuration.destination_service && !configuration.destinations.contains(*destination)) {
    std::vector<std::string> known;
    for (const auto& [name, target] : configuration.destinations) known.push_back(name);
    report.error("/destination", {"the unknown destination " + show(std::string_view(*destination)),
                                  "the name of a destination in the variable destinations",
                                  nearest_hint(*destination, known), false, true});
  }
  configuration.plugins.push_back(std::move(plugin));
}

}  // namespace

void read_descriptor_variables(const DescriptorSurroundings& surroundings, Configuration& configuration) {
  const Variables& variables = surroundings.variables;
  if (const auto compression = variables.json_value("COMPRESSION")) {
    check_schema(schema_of(descriptor_schema().value("/properties/compression"_json_pointer, json::object())),
                 *compression->value, compression->report);
    read_compression(*compression->value, configuration.compression);
  }
  if (const auto cors = variables.json_value("CORS")) {
    check_schema(list_schema({{"$ref", "#/definitions/cors"}}), *cors->value, cors->report);
    auto policies = read_cors(*cors->value, cors->report);
    if (configuration.cors.empty()) configuration.cors = std::move(policies);
  }
  if (const auto plugins = variables.json_value("plugins")) {
    check_schema(plugin_schema(), *plugins->value, plugins->report);
    for (std::size_t i = 0; plugins->value->is_array() && i < plugins->value->size(); ++i) {
      read_plugin((*plugins->value)[i], i, plugins->report.below(pointer_to("", i)), surroundings,
                  configuration);
    }
  }
}

}  // namespace router::config
