// A router with one public route, /app/*, to a recording back-end.
#pragma once

#include "support/raw_client.h"
#include "support/recording_backend.h"
#include "support/router_process.h"

namespace router::test {

inline RouterSetup setup_for(const std::string& backend_origin,
                             const nlohmann::json& destination = nlohmann::json::object()) {
  RouterSetup setup;
  setup.add_destination("app", backend_origin, destination);
  setup.add_public_route("app");
  return setup;
}

struct ProxyFixture {
  RecordingBackend backend;
  RouterProcess router{setup_for(backend.origin())};

  RawAnswer ask(std::string_view request) { return test::ask(router.port(), request); }
};

}  // namespace router::test
