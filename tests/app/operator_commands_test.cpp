#include "app/operator_commands.h"

#include <doctest/doctest.h>

#include <sstream>

namespace router::operator_commands_test {

TEST_CASE("commands: what is typed and is no UTF-8 is asked for all the same, and throws nothing [issue 14]") {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  const app::Console console{in, out, err, false};
  const app::ManagementAccess nobody{"http://127.0.0.1:1", {}};
  for (const bool yes : {false, true}) {
    app::EndOrder order;
    order.user = "\xFF\xFE";
    order.yes = yes;
    CHECK(app::end_sessions(nobody, order, false, console) == 2);
  }
  app::OutboxOrder order;
  order.back_end = "\xC3";
  CHECK(app::retry_outbox(nobody, order, false, console) == 2);
  CHECK(err.str().find("does not answer: nobody listens there") != std::string::npos);
}

TEST_CASE("commands: a URL of another scheme is said to be none, with 2 [issue 14]") {
  for (const char* url : {"ftp://x", "gopher://127.0.0.1:1", "://"}) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    app::OutboxOrder order;
    CHECK(app::retry_outbox({url, {}}, order, false, app::Console{in, out, err, false}) == 2);
    CHECK(err.str().find("is no http, https or unix address") != std::string::npos);
  }
}

}  // namespace router::operator_commands_test
