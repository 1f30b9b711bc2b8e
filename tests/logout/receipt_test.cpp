#include "logout/receipt.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::receipt_test {

using logout::Outcome;

namespace {

logout::CallReport report_of(const std::string& name, bool sends_token) {
  auto target = std::make_shared<logout::CallTarget>();
  target->back_end = name;
  target->url = *http::parse_url("http://" + name + ".example/logout");
  target->sends_token = sends_token;
  logout::CallReport report;
  report.uses_token = sends_token;
  report.target = std::move(target);
  return report;
}

}  // namespace

TEST_CASE("receipt: complete when every call is final and the provider's part is known, told once") {
  test::FakeClock clock;
  logout::Receipts receipts(clock);
  int told = 0;
  receipts.on_complete([&](const logout::Receipt&) { ++told; });
  const auto receipt = receipts.open(logout::Cause::browser, "ada");
  receipt->calls = {report_of("bank", true), report_of("mail", false)};
  receipt->open_calls = 2;
  receipt->open_token_uses = 1;
  bool free = false;
  receipts.on_tokens_free([&](const logout::Receipt& of) { free = &of == receipt.get(); });
  receipts.settle(*receipt, 1, Outcome::confirmed);
  CHECK(!free);
  receipts.settle(*receipt, 0, Outcome::refused);
  CHECK(free);
  CHECK(told == 0);
  receipts.set_provider(*receipt, logout::ProviderPart::redirect);
  receipts.set_provider(*receipt, logout::ProviderPart::redirect);
  CHECK(told == 1);
}

TEST_CASE("receipt: as JSON, hostile names escaped") {
  test::FakeClock clock;
  logout::Receipts receipts(clock);
  const auto receipt = receipts.open(logout::Cause::back_channel, "a\"b\r\n", "id1");
  receipt->sessions = {"0123456789ab"};
  receipt->calls = {report_of("bank", true)};
  receipt->calls[0].status = 204;
  receipt->calls[0].attempts = 2;
  receipt->calls[0].took = base::milliseconds(14);
  receipt->open_calls = receipt->open_token_uses = 1;
  receipts.settle(*receipt, 0, Outcome::confirmed);
  receipts.set_provider(*receipt, logout::ProviderPart::none);
  CHECK(to_json(*receipt) ==
        "{\"id\":\"id1\",\"cause\":\"back_channel\",\"user\":\"a\\\"b\\u000D\\n\",\"at\":1800000000,"
        "\"complete\":"
        "true,"
        "\"durable\":false,\"sessions\":[\"0123456789ab\"],\"backEnds\":[{\"backEnd\":\"bank\",\"method\":"
        "\"POST\","
        "\"url\":\"http://bank.example/logout\",\"outcome\":\"confirmed\",\"status\":204,\"attempts\":2,"
        "\"milliseconds\":14,\"tokenWithheld\":false}],\"provider\":\"none\",\"revocation\":\"none\","
        "\"providerSession\":\"none\","
        "\"connectionsClosed\":0}");
}

TEST_CASE("receipt: open once more where a call that was given up is tried again [issue 12]") {
  test::FakeClock clock;
  logout::Receipts receipts(clock);
  int handed_over = 0;
  receipts.on_evidence([&](const logout::Receipt&) { ++handed_over; });
  const auto receipt = receipts.open(logout::Cause::browser, "ada");
  const auto target = report_of("bank", false).target;
  const auto index = logout::Receipts::add_call(*receipt, 1, target);
  receipts.set_provider(*receipt, logout::ProviderPart::none);
  receipts.settle(*receipt, index, Outcome::dead);
  CHECK(handed_over == 1);
  clock.advance(std::chrono::hours(1));
  CHECK(receipts.reopen_call(receipt, 1, target) == index);
  receipts.hand_over_open(logout::Receipts::kOverdue);
  CHECK(handed_over == 1);  // not for long
  clock.advance(logout::Receipts::kOverdue);
  receipts.hand_over_open(logout::Receipts::kOverdue);
  CHECK(handed_over == 2);
  receipts.settle(*receipt, index, Outcome::confirmed);
  CHECK(handed_over == 3);
}

TEST_CASE("receipt: many that have been open for too long are handed over some at a time [issue 11]") {
  test::FakeClock clock;
  logout::Receipts receipts(clock);
  int handed_over = 0;
  receipts.on_evidence([&](const logout::Receipt&) { ++handed_over; });
  for (int i = 0; i < 25; ++i) receipts.open(logout::Cause::browser, "ada");
  clock.advance(logout::Receipts::kOverdue);
  receipts.open(logout::Cause::browser, "ada");
  CHECK(receipts.hand_over_open(logout::Receipts::kOverdue, 10));
  CHECK(handed_over == 10);
  CHECK(receipts.hand_over_open(logout::Receipts::kOverdue, 10));
  CHECK(!receipts.hand_over_open(logout::Receipts::kOverdue, 10));
  CHECK(handed_over == 25);
}

TEST_CASE("receipt: only the latest are kept, newest first") {
  test::FakeClock clock;
  logout::Receipts receipts(clock, 3);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(receipts.open(logout::Cause::browser, "u")->id);
  CHECK(!receipts.find(ids[1]));
  CHECK(receipts.find(ids[2]));
  const auto page = receipts.recent(1, 10);
  REQUIRE(page.size() == 2);
  CHECK(page[0]->id == ids[3]);
  CHECK(receipts.recent(3, 10).empty());
}

}  // namespace router::receipt_test
