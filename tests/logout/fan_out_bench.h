// A fan-out with back-ends that answer what a test says, on a loop that it turns.
#pragma once

#include "logout/fan_out.h"
#include "logout/memory_outbox.h"
#include "logout/world.h"

namespace router::test {

struct FanOutBench {
  explicit FanOutBench(logout::FanOutOptions options = {})
      : fan_out(client, loop, clock, outbox, receipts, options, [] { return 0.5; }) {}
  ~FanOutBench() {
    client.stop_hanging();
    loop.advance(base::seconds(31));
  }

  static logout::Call call_to(const std::string& name, bool with_token = false) {
    auto target = std::make_shared<logout::CallTarget>();
    target->back_end = name;
    target->url = *http::parse_url("http://" + name + ".example/logout");
    target->sends_token = with_token;
    logout::Call call;
    call.target = std::move(target);
    call.credentials = std::make_shared<logout::Credentials>();
    if (with_token) call.credentials->access_token = base::Secret(std::string("the-token"));
    return call;
  }

  std::shared_ptr<logout::Receipt> submit(std::vector<logout::Call> calls,
                                          logout::Urgency urgency = logout::Urgency::urgent) {
    auto receipt = receipts.open(logout::Cause::browser, "ada");
    run_task(fan_out.submit(receipt, std::move(calls), urgency), &loop);
    receipts.set_provider(*receipt, logout::ProviderPart::none);
    return receipt;
  }
  std::shared_ptr<logout::Receipt> submit(logout::Call call) {
    std::vector<logout::Call> calls;
    calls.push_back(std::move(call));
    return submit(std::move(calls));
  }

  FakeClock clock;
  FakeLoop loop{clock};
  BackEnds client{loop};
  logout::MemoryOutbox outbox;
  logout::Receipts receipts{clock};
  logout::FanOut fan_out;
};

}  // namespace router::test
