// How a store is, for /ready and the log. Values.
#pragma once

#include <string>

namespace router::session {

struct Health {
  bool is_available = true;
  std::string fault;  // why not; holds no secret
  // False: nobody can be found, nobody can sign in, and what ends here is not known to other replicas yet.
  bool is_reachable = true;
};

}  // namespace router::session
