#include "config/bindings.h"

#include <algorithm>

#include "config/json_access.h"

namespace router::config {
namespace {

void read_vcap_services(const Variables& variables, Issues& issues, std::vector<Binding>& bindings) {
  const auto variable = variables.json_value("VCAP_SERVICES");
  if (!variable) return;
  const Report report = variable->report.into(issues);
  if (!variable->value->is_object()) {
    report.error("", {show_value(*variable->value), "an object of service bindings"});
    return;
  }
  for (const auto& [label, entries] : variable->value->items()) {
    const std::string place = pointer_to("", label);
    if (!entries.is_array()) {
      report.error(place, {show_value(entries), "an array of service bindings"});
      continue;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const json& entry = entries[i];
      const std::string here = pointer_to(place, i);
      const json* credentials = object_member(entry, "credentials");
      if (credentials == nullptr) {
        // Some brokers bind without any: no use to us, no fault either.
        continue;
      }
      bindings.push_back({text_member(entry, "name").value_or(label), label, text_member(entry, "plan").value_or(""),
                          texts_member(entry, "tags"), variable->document, credentials,
                          report.below(here + "/credentials")});
    }
  }
}

std::string label_of(const std::string& key) { return key == "uaa" ? "xsuaa" : key; }

void read_default_services(const std::shared_ptr<const Document>& document, Issues& issues,
                           std::vector<Binding>& bindings) {
  const Report report(issues, document);
  if (!document->root().is_object()) {
    report.error("", {show_value(document->root()), "an object of service credentials"});
    return;
  }
  const std::vector<Binding> bound = bindings;
  for (const auto& [key, value] : document->root().items()) {
    const std::string label = label_of(key);
    if (std::any_of(bound.begin(), bound.end(), [&](const Binding& binding) { return binding.is(label); })) continue;
    const auto add = [&](const json& credentials, const std::string& name, const std::string& place) {
      if (credentials.is_object()) {
        bindings.push_back(
            {name, label, "", texts_member(credentials, "tags"), document, &credentials, report.below(place)});
      } else {
        report.error(place, {show_value(credentials), "an object of credentials"});
      }
    };
    const std::string place = pointer_to("", key);
    if (!value.is_array()) {
      add(value, text_member(value, "name").value_or(key), place);
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string fallback = i == 0 ? key : key + "-" + std::to_string(i + 1);
      add(value[i], text_member(value[i], "name").value_or(fallback), pointer_to(place, i));
    }
  }
}

}  // namespace

bool Binding::is(std::string_view label_or_tag) const {
  return label == label_or_tag || std::find(tags.begin(), tags.end(), label_or_tag) != tags.end();
}

std::vector<Binding> read_bindings(const Variables& variables, const std::shared_ptr<const Document>& default_services,
                                   Issues& issues) {
  std::vector<Binding> bindings;
  read_vcap_services(variables, issues, bindings);
  if (default_services) read_default_services(default_services, issues, bindings);
  return bindings;
}

}  // namespace router::config
