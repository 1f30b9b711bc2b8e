#include "app/restart_settings.h"

#include <doctest/doctest.h>

namespace router::restart_settings_test {

using app::changed_for_next_start;
using Names = std::vector<std::string_view>;

TEST_CASE("reload: settings that only a restart takes over are named, and no others [N24]") {
  const config::Environment running;
  CHECK(changed_for_next_start(running, running).empty());

  config::Environment wanted;
  wanted.port = 8080;
  wanted.session_secret = base::Secret("another");
  wanted.limits.body_bytes = 1;
  wanted.limits.failed_logins = 9;
  wanted.server_keep_alive = base::milliseconds(0);
  CHECK(changed_for_next_start(running, wanted) ==
        Names{"PORT", "SESSION_SECRET", "SERVER_KEEP_ALIVE", "LIMIT_BODY_BYTES", "LIMIT_FAILED_LOGINS"});

  config::Environment taken_over;
  taken_over.allowed_hosts = {"app.example"};
  taken_over.shutdown_timeout = base::milliseconds(1);
  taken_over.tls_cert = "cert.pem";
  taken_over.trusted_proxies = {"10.0.0.0/8"};
  CHECK(changed_for_next_start(running, taken_over).empty());
}

}  // namespace router::restart_settings_test
