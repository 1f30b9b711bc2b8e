// The ways of asking for a logout, in the order in which they are tried.
#pragma once

#include <memory>
#include <vector>

#include "identity/providers.h"
#include "logout/ongoing.h"
#include "logout/return_states.h"
#include "logout/source.h"
#include "session/store.h"

namespace router::logout {

// What sources may be made of. They never end a session themselves.
struct SourceParts {
  std::shared_ptr<const config::Configuration> config;
  std::shared_ptr<identity::Providers> providers;
  session::Store& store;
  ReturnStates& states;
  Ongoing& ongoing;
  const base::Clock& clock;
};

using Sources = std::vector<std::unique_ptr<Source>>;
Sources make_sources(const SourceParts& parts);

}  // namespace router::logout
