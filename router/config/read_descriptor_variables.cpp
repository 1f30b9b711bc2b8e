#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "config/schema.h"
#include "config/spelling.h"

namespace router::config {
namespace {

// A schema for `items` of the descriptor's schema that stand alone.
json schema_of(json node) {
  node["definitions"] = descriptor_schema().value("definitions", json::object());
  return node;
}

json list_schema(json items) { return schema_of({{"type", "array"}, {"items", std::move(items)}}); }

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

void read_plugins(const JsonVariable& variable, const DescriptorSurroundings& surroundings,
                  Configuration& configuration) {
  const json list = routes_as_meant(*variable.value, variable.report);
  check_schema(plugin_schema(), list, variable.report);
  for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
    Route route = read_route(list[i], variable.report.below(pointer_to("", i)), surroundings, configuration);
    route.index = i;
    route.plugin = text_member(list[i], "name").value_or("");
    configuration.plugins.push_back(std::move(route));
  }
  configuration.plugin_metadata = variable.value->dump(2, ' ', false, json::error_handler_t::replace);
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
    const json list = cors_as_meant(*cors->value, cors->report);
    check_schema(list_schema({{"$ref", "#/definitions/cors"}}), list, cors->report);
    auto policies = read_cors(list, cors->report);
    if (configuration.cors.empty()) configuration.cors = std::move(policies);
  }
  if (const auto plugins = variables.json_value("plugins")) read_plugins(*plugins, surroundings, configuration);
}

}  // namespace router::config
