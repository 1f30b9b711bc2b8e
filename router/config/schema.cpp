#include "config/schema.h"

#include <algorithm>
#include <optional>
#include <set>

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 with sanitizers suspects std::regex, where valijson instantiates it: at the end of this file.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "base/text.h"
#include "config/json_access.h"
#include "config/schema_node.h"

namespace router::config {
namespace {

using Path = std::vector<std::string>;

enum class FaultKind { value, missing, unknown };

// What valijson reported about one place, apart from its wrappers.
struct SchemaFault {
  FaultKind kind = FaultKind::value;
  Path path;
  std::string key;  // missing: the property
};

// valijson gives "<root>", "[routes]", "[0]".
Path path_of(const std::vector<std::string>& context) {
  Path path;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string& step = context[i];
    path.push_back(step.size() >= 2 ? step.substr(1, step.size() - 2) : step);
  }
  return path;
}

std::optional<SchemaFault> fault_of(const valijson::ValidationResults::Error& error) {
  constexpr std::string_view kMissing = "Missing required property '";
  const std::string_view text = error.description;
  if (text.starts_with("Failed to validate")) return std::nullopt;  // wraps a deeper one
  if (text.starts_with("Object contains a property"))
    return SchemaFault{FaultKind::unknown, path_of(error.context), {}};
  if (text.starts_with(kMissing)) {
    const auto end = text.rfind('\'');
    return SchemaFault{FaultKind::missing, path_of(error.context),
                       std::string(text.substr(kMissing.size(), end - kMissing.size()))};
  }
  return SchemaFault{FaultKind::value, path_of(error.context), {}};
}

// Of alternatives (anyOf) each complains: the one whose type fits goes deeper or says more than "wrong type".
class Explained {
 public:
  explicit Explained(const std::vector<SchemaFault>& all) {
    for (const SchemaFault& fault : all) {
      Path above = fault.path;
      if (fault.kind == FaultKind::value) {
        if (above.empty()) continue;
        above.pop_back();
      }
      // all places above are known, too, once this one is
      while (places_.insert(above).second && !above.empty()) above.pop_back();
    }
  }
  bool contains(const SchemaFault& fault) const {
    return fault.kind == FaultKind::value && places_.contains(fault.path);
  }

 private:
  std::set<Path> places_;
};

std::string pointer_of(const Path& path) {
  std::string pointer;
  for (const std::string& step : path) pointer = pointer_to(pointer, step);
  return pointer;
}

class Explainer {
 public:
  Explainer(const json& schema, const json& value, const Report& report)
      : schema_(schema), value_(value), report_(report) {}

  void explain(const SchemaFault& fault) {
    const json* value = value_at(value_, fault.path);
    const json* node = schema_node(schema_, value_, fault.path);
    if (value == nullptr || node == nullptr) return;
    switch (fault.kind) {
      case FaultKind::value:
        return explain_value(fault.path, *value, *node);
      case FaultKind::missing:
        return explain_missing(fault, *node);
      case FaultKind::unknown:
        return explain_unknown(fault.path, *value, *node);
    }
  }

 private:
  void explain_value(const Path& path, const json& value, const json& node) {
    const std::string pointer = pointer_of(path);
    if (!reported_.insert({pointer, ""}).second) return;
    std::string expected = expectation(schema_, node);
    const auto secret = std::find_if(path.begin(), path.end(), [](const auto& step) { return is_secret_name(step); });
    std::string found = show_value(value, secret == path.end() ? std::string() : *secret);
    if (secret == path.end() && value.is_string() && value.get_ref<const std::string&>().size() > 1000) {
      found = "a string of " + std::to_string(value.get_ref<const std::string&>().size()) + " bytes";
    }
    const auto most = integer_member(node, "maxItems");
    if (value.is_array() && most && value.size() > static_cast<std::size_t>(*most)) {
      found = "an array of " + std::to_string(value.size()) + " elements";
      expected = "at most " + std::to_string(*most);
    }
    std::string hint;
    if (value.is_string()) {
      std::vector<std::string> words;
      if (const json* choices = array_member(node, "enum")) {
        for (const json& choice : *choices) words.push_back(choice.get<std::string>());
      }
      hint = nearest_hint(value.get_ref<const std::string&>(), words);
    }
    report_.error(pointer, {std::move(found), std::move(expected), std::move(hint)});
  }

  void explain_missing(const SchemaFault& fault, const json& node) {
    const std::string pointer = pointer_of(fault.path);
    if (!reported_.insert({pointer, fault.key}).second) return;
    const json* properties = object_member(node, "properties");
    const json* property = properties == nullptr ? nullptr : member(*properties, fault.key);
    report_.error(pointer, {"no property " + base::json_quote(fault.key),
                            property == nullptr ? std::string("it") : expectation(schema_, *property)});
  }

  // valijson stops at the first unknown property; all are wanted.
  void explain_unknown(const Path& path, const json& value, const json& node) {
    const json* properties = object_member(node, "properties");
    std::vector<std::string> known;
    if (properties != nullptr) {
      for (const auto& [name, property] : properties->items()) known.push_back(name);
    }
    for (const auto& [name, ignored] : value.items()) {
      if (properties != nullptr && properties->contains(name)) continue;
      const std::string pointer = pointer_to(pointer_of(path), name);
      if (!reported_.insert({pointer, ""}).second) continue;
      if (report_.is_full()) {
        report_.error(pointer, {});
        continue;
      }
      std::string hint = nearest_hint(name, known);
      std::string expected = hint.empty() ? "one of " + quoted_list(known) : "a known property";
      report_.error(pointer, {"the unknown property " + show(std::string_view(name)), std::move(expected),
                              std::move(hint), true});
    }
  }

  const json& schema_;
  const json& value_;
  const Report& report_;
  std::set<std::pair<std::string, std::string>> reported_;
};

}  // namespace

const json& descriptor_schema() {
  static const json schema = json::parse(embedded_file("xs-app.schema.json"), nullptr, false);
  return schema;
}

void check_schema(const json& schema, const json& value, const Report& report) {
  std::vector<SchemaFault> faults;
  try {
    valijson::Schema compiled;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema), compiled);
    valijson::Validator validator;
    valijson::ValidationResults results;
    validator.validate(compiled, valijson::adapters::NlohmannJsonAdapter(value), &results);
    for (const auto& error : results) {
      if (auto fault = fault_of(error)) faults.push_back(std::move(*fault));
    }
  } catch (const std::exception& fault) {
    report.error(
        "", {"a document that the schema library cannot check (" + std::string(fault.what()) + ")", "a descriptor"});
    return;
  }
  Explainer explainer(schema, value, report);
  const Explained explained(faults);
  for (const SchemaFault& fault : faults) {
    if (!explained.contains(fault)) explainer.explain(fault);
  }
}

}  // namespace router::config
