#include "app/back_ends.h"

#include "applications/repository_files.h"
#include "backend/on_premise.h"

namespace router::app {
namespace {

// Destinations or services, as routes refer to them.
void add_forwarders(const std::map<std::string, config::Destination>& from, const config::Configuration& config,
                    Parts& parts, backend::BackEnds::ByKey& back_ends) {
  for (const auto& [name, destination] : from) {
    back_ends[name] = backend::make_forwarder(destination, config, parts.compression_slots, parts.client_tokens);
  }
}

}  // namespace

std::shared_ptr<const backend::BackEnds> make_back_ends(std::shared_ptr<const config::Configuration> config,
                                                        std::shared_ptr<const applications::Repository> repository,
                                                        Parts& parts, const Bound& bound) {
  auto made = std::make_shared<backend::BackEnds>();
  made->config = std::move(config);
  const auto& known = *made->config;
  add_forwarders(known.destinations, known, parts, made->destinations);
  add_forwarders(known.services, known, parts, made->services);
  if (repository) {
    made->services[config::kHtml5Service] = std::make_unique<applications::RepositoryFiles>(
        std::move(repository), std::nullopt, known, parts.compression_slots);
  }
  if (bound.destination_service) {
    made->looked_up = std::make_unique<const backend::LookedUpDestinations>(
        bound.destination_service, known, parts.compression_slots, parts.client_tokens);
  }
  return made;
}

}  // namespace router::app
