// Service bindings: what VCAP_SERVICES (or default-services.json, on a developer's machine) gives the
// application.
//
// Source: docs/contract/descriptor.md "Identity"; Cloud Foundry's VCAP_SERVICES.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/report.h"
#include "config/variables.h"

namespace router::config {

struct Binding {
  std::string name;
  std::string label;  // of default-services.json: xsuaa for `uaa`, identity, oidc, else the key
  std::string plan;
  std::vector<std::string> tags;
  std::shared_ptr<const Document> document;  // keeps `credentials` alive
  const json* credentials = nullptr;
  Report report;  // places are relative to the credentials

  bool is(std::string_view label_or_tag) const;
};

// `issues`: of the services, which may be of no use here (unused_services.h, after which nothing more is told to it);
// outlives the bindings.
// VCAP_SERVICES first, then those of default-services.json (may be null) whose label is not bound yet.
std::vector<Binding> read_bindings(const Variables& variables, const std::shared_ptr<const Document>& default_services,
                                   Issues& issues);

}  // namespace router::config
