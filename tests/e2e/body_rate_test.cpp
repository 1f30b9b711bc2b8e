// MINIMUM_BODY_RATE (docs/contract/operations.md "Limits"): a client that drips is cut off, one that is held up is not.
#include <doctest/doctest.h>

#include <atomic>

#include "e2e/proxy_fixture.h"

namespace router::test::body_rate_test {
namespace {

constexpr milliseconds kDrip{200};
constexpr milliseconds kLong{40'000};
constexpr std::size_t kUpload = 32 * 1024 * 1024;  // more than the kernels hold

// Drips until it is answered.
RawAnswer drip(RawClient& client) {
  const auto give_up = in(kLong);
  while (client.stays_silent(kDrip) && std::chrono::steady_clock::now() < give_up) client.send("x");
  return client.read();
}

}  // namespace

TEST_CASE("body rate: who drips gets 408; who waits for a slow back-end or for 100 Continue does not") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["MINIMUM_BODY_RATE"] = "1000";
  const RouterProcess router(setup);
  const auto dripper_is_gone = std::make_shared<std::atomic<bool>>(false);
  const auto waits = [dripper_is_gone] { return eventually([&] { return dripper_is_gone->load(); }, kLong); };
  backend.on("/app/slow", [waits](Conversation& conversation) {
    waits();
    conversation.send_response(200, std::to_string(conversation.discard_body()));
  });
  backend.on("/app/late", [waits](Conversation& conversation) {
    waits();
    conversation.send("HTTP/1.1 100 Continue\r\n\r\n");
    conversation.read_body();
    conversation.send_response(200, "late");
  });

  RawClient patient(router.port());
  patient.send(make_request("POST", "/app/late", {{"Content-Length", "4"}, {"Expect", "100-continue"}}));
  RawClient held_up(router.port());
  std::thread upload([&] {
    held_up.send("POST /app/slow HTTP/1.1\r\nHost: app.example\r\nContent-Length: " + std::to_string(kUpload) +
                 "\r\n\r\n");
    held_up.send(std::string(kUpload, 'x'), kLong);
  });
  RawClient dripper(router.port());
  dripper.send(make_request("POST", "/app/drip", {{"Content-Length", "100000"}}));
  const auto refused = drip(dripper);
  *dripper_is_gone = true;
  CHECK(refused.status() == 408);
  CHECK(refused.field("Connection") == "close");
  CHECK(dripper.ends());
  CHECK(router.logs(R"("limit":"MINIMUM_BODY_RATE")"));
  CHECK(backend.count("/app/drip") == 0);  // never completed

  upload.join();
  CHECK(held_up.read(kLong).body == std::to_string(kUpload));
  CHECK(patient.read_piece().starts_with("HTTP/1.1 100"));
  patient.send("late");
  CHECK(patient.read(kLong).body == "late");
}

}  // namespace router::test::body_rate_test
