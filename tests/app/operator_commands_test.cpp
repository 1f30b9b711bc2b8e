#include "app/operator_commands.h"

#include <doctest/doctest.h>

#include <atomic>
#include <sstream>
#include <string>
#include <thread>

#include "app/management_calls.h"
#include "app/retry_rounds.h"
#include "support/socket.h"

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

TEST_CASE(
    "commands: all that was given up is tried again, and no more, whenever the router says how much it is [issue 14]") {
  app::RetryRounds rounds;
  CHECK(rounds.needs_another(1'000, true, std::nullopt));
  CHECK(rounds.all() == 1'000);
  CHECK(rounds.needs_another(1'000, true, 500));
  CHECK(rounds.all() == 2'500);
  CHECK(rounds.needs_another(400, true, std::nullopt));
  // what was given up again meanwhile is left
  CHECK_FALSE(rounds.needs_another(1'000, true, 700));
  CHECK(rounds.retried() == 3'400);
  CHECK_FALSE(app::RetryRounds().needs_another(10, false, 90));
  CHECK_FALSE(app::RetryRounds().needs_another(0, true, 90));
}

TEST_CASE("commands: a URL of another scheme is said to be none, with 2 [issue 14]") {
  for (const char* url : {"ftp://x", "gopher://127.0.0.1:1", "://"}) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    app::OutboxOrder order;
    order.all = true;
    CHECK(app::retry_outbox({url, {}}, order, false, app::Console{in, out, err, false}) == 2);
    CHECK(err.str().find("is no http, https or unix address") != std::string::npos);
  }
}

TEST_CASE("commands: a socket's path may stand behind unix:// as well [issue 14]") {
  for (const char* url : {"unix:/nowhere/socket", "unix:///nowhere/socket"}) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    app::OutboxOrder order;
    order.all = true;
    CHECK(app::retry_outbox({url, {}}, order, false, app::Console{in, out, err, false}) == 2);
    CHECK(err.str().find(" does not answer: ") != std::string::npos);
  }
}

TEST_CASE("commands: outbox retry comes to an end, whatever the router goes on saying [issue 14]") {
  const test::Listener port;
  std::atomic<int> asked = 0;
  std::thread router([&] {
    const std::string body = R"({"retried":1,"more":true})";
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    // a test that fails ends, too
    while (asked < 1'000) {
      const auto client = port.accept(test::kPatience);
      std::string request;
      while (client && request.find("{\"all\":true}") == std::string::npos &&
             client->receive(request, test::in(test::kPatience)) == test::Received::data) {
      }
      if (request.empty()) return;
      ++asked;
      client->send(answer);
    }
  });
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  app::OutboxOrder order;
  order.all = true;
  CHECK(app::retry_outbox({port.origin(), {}}, order, false, app::Console{in, out, err, false}) == app::kCommandDone);
  CHECK(out.str() == "100 calls are tried again\n");
  CHECK(asked == 100);
  (void)test::connect_to(port.port());  // says nothing: the last one
  router.join();
}

}  // namespace router::operator_commands_test
