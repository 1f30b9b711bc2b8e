// How a store is, for /ready and the log. Values.
#pragma once

#include <string>

namespace router::session {

struct Health {
  bool is_available = true;
  std::string fault;  // why not; holds no secret
};

}  // namespace router::session
