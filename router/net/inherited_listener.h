// A socket that somebody else listens on and hands over: systemd's socket activation. Connections wait in it while the
// process restarts, and a port below 1024 needs no privilege.
// Source: sd_listen_fds(3).
#pragma once

#include <optional>

#include "base/result.h"

namespace router::net {

// LISTEN_PID and LISTEN_FDS of the environment. Absent: nothing was handed to this process. Errors: invalid_config, of
// several sockets, or one that is no TCP listener.
base::Result<std::optional<int>> inherited_listener();

}  // namespace router::net
