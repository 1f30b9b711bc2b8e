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

namespace {

// A router that says the same to everybody, until it is told to stop.
class Parrot {
 public:
  // `end`: with which a request has come.
  Parrot(const std::string& body, std::string_view end) : thread_([this, body, end] { answer(body, end); }) {}
  ~Parrot() {
    (void)test::connect_to(port_.port());  // says nothing: the last one
    thread_.join();
  }
  std::string origin() const { return port_.origin(); }
  std::size_t asked() const { return asked_; }

 private:
  void answer(const std::string& body, std::string_view end) {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    // a test that fails ends, too
    while (asked_ < 10'000) {
      const auto client = port_.accept(test::kPatience);
      std::string request;
      while (client && request.find(end) == std::string::npos &&
             client->receive(request, test::in(test::kPatience)) == test::Received::data) {
      }
      if (request.empty()) return;
      ++asked_;
      client->send(answer);
    }
  }

  const test::Listener port_;
  std::atomic<std::size_t> asked_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("commands: outbox retry comes to an end, whatever the router goes on saying [issue 14]") {
  const Parrot router(R"({"retried":1,"more":true})", "{\"all\":true}");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  app::OutboxOrder order;
  order.all = true;
  CHECK(app::retry_outbox({router.origin(), {}}, order, false, app::Console{in, out, err, true}) == app::kCommandDone);
  CHECK(out.str() == "100 calls are tried again\n");
  CHECK(router.asked() == 100);
  CHECK(err.str().empty());  // no terminal
}

TEST_CASE("commands: how far a retry is is drawn where errors go to a terminal, and nowhere else [issue 14]") {
  const Parrot router(R"({"retried":1000,"more":true,"left":500})", "{\"all\":true}");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  app::OutboxOrder order;
  order.all = true;
  app::retry_outbox({router.origin(), {}}, order, false, app::Console{in, out, err, false, true});
  CHECK(err.str() ==
        "\r[####################..........] 1000 of 1500\r[##############################] 2000 of 2000\n");
}

TEST_CASE("commands: a list whose pages are empty and never end is no list [issue 14]") {
  const Parrot router(R"({"sessions":[],"next_cursor":"on"})", "\r\n\r\n");
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  CHECK(app::show_sessions({router.origin(), {}}, {}, false, app::Console{in, out, err}) == app::kNotAsked);
  CHECK(router.asked() == app::kMostEmptyPages + 1);
  CHECK(out.str().empty());
  CHECK(err.str().find("page after page with nothing on it") != std::string::npos);
}

}  // namespace router::operator_commands_test
