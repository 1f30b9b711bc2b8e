#include "logout/receipt_chain.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "crypto/jws.h"
#include "logout/memory_receipt_book.h"
#include "logout/receipt_book_contract.h"
#include "logout/receipt_check.h"
#include "logout/sqlite_receipt_book.h"
#include "logout/world.h"
#include "storage/stored_file.h"

namespace router::receipt_chain_test {

using logout::Outcome;
using nlohmann::json;
using test::run_task;
using test::unwrapped;

namespace {

class TestedMemoryBook final : public test::TestedReceiptBook {
 public:
  explicit TestedMemoryBook(logout::MemoryReceiptBook::Bounds bounds = {}) : book_(clock, bounds) {}
  logout::ReceiptBook& book() override { return book_; }

 private:
  logout::MemoryReceiptBook book_;
};

class TestedSqliteBook final : public test::TestedReceiptBook {
 public:
  TestedSqliteBook() { open(); }
  logout::SqliteReceiptBook& book() override { return *book_; }
  void restart() {
    book_.reset();
    records_.reset();
    open();
  }

 private:
  void open() {
    records_ = test::open_records(directory_ / "state.db");
    book_ = std::make_unique<logout::SqliteReceiptBook>(records_, clock, std::chrono::hours(24 * 30));
  }
  test::TemporaryDirectory directory_;
  std::shared_ptr<storage::Records> records_;
  std::unique_ptr<logout::SqliteReceiptBook> book_;
};

// A router's receipts, signed as they come.
struct SignedWorld {
  SignedWorld() {
    world.receipts.on_evidence([this](logout::Receipt& receipt) { chain.add(receipt); });
  }
  // Of all that was signed, oldest first.
  std::vector<json> payloads() {
    std::vector<json> all;
    auto page = unwrapped(run_task(book.page(std::nullopt, 1000)));
    for (auto at = page.receipts.rbegin(); at != page.receipts.rend(); ++at)
      all.push_back(json::parse(logout::unverified_payload(at->jws)));
    return all;
  }

  test::World world;
  logout::MemoryReceiptBook book{world.clock, {}};
  crypto::SigningKey key = crypto::SigningKey::generate_p256();
  logout::ReceiptChain chain{key, book, world.clock};
};

}  // namespace

TEST_CASE("receipt book: in memory [P1]") {
  test::check_receipt_book_contract([] { return std::make_unique<TestedMemoryBook>(); });
}

TEST_CASE("receipt book: in a file [P1]") {
  test::check_receipt_book_contract([] { return std::make_unique<TestedSqliteBook>(); });
}

TEST_CASE("receipt book: in memory it is bounded in number, bytes and age, the oldest go [P1]") {
  struct Row {
    const char* name;
    logout::MemoryReceiptBook::Bounds bounds;
    std::size_t left;
  };
  const std::chrono::hours month(24 * 30);
  const Row rows[] = {{"number", {2, 1 << 20, month}, 2},
                      {"bytes", {100, 1, month}, 1},
                      {"age", {100, 1 << 20, std::chrono::hours(2)}, 2},
                      {"none", {100, 1 << 20, month}, 5}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    TestedMemoryBook tested(row.bounds);
    logout::Receipts receipts(tested.clock);
    logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), tested.book(), tested.clock);
    for (int i = 0; i < 5; ++i) {
      tested.clock.advance(std::chrono::hours(1));
      chain.add(*test::finished_receipt(receipts, std::to_string(i)));
    }
    const auto page = unwrapped(run_task(tested.book().page(std::nullopt, 100)));
    CHECK(page.receipts.size() == row.left);
    CHECK(page.receipts.front().number == 5);
    CHECK(unwrapped(run_task(tested.book().find("of-4"))));
    CHECK(unwrapped(run_task(tested.book().find("of-0"))).has_value() == (row.left == 5));
  }
}

TEST_CASE("receipt chain: each receipt is a JWS of its own number that names the one before [P2]") {
  SignedWorld signed_world;
  auto& world = signed_world.world;
  test::add_back_ends(world, {"bank", "mail"});
  world.config.destinations["bank"].title = "The Bank";
  for (const auto* user : {"ada", "bob", "eve"}) {
    world.get("/my/logout", world.log_in(user));
    world.loop.run_ready();
  }
  const auto keys = crypto::KeySet::parse(unwrapped(run_task(signed_world.chain.public_keys())));
  REQUIRE(keys);
  auto page = unwrapped(run_task(signed_world.book.page(std::nullopt, 10)));
  REQUIRE(page.receipts.size() == 3);
  std::string previous;
  std::uint64_t number = 0;
  for (auto at = page.receipts.rbegin(); at != page.receipts.rend(); ++at) {
    const auto verified = crypto::verify_jws(at->jws, *keys, {"ES256"});
    REQUIRE(verified);
    CHECK(verified->header.typ == "logout-receipt+jws");
    const auto payload = json::parse(verified->payload);
    CHECK(payload["number"] == ++number);
    CHECK(payload["previous"] == previous);
    CHECK(payload["chain"] == signed_world.chain.head().chain);
    CHECK(payload["state"] == "final");
    CHECK(payload["complete"] == true);
    CHECK(payload["id"] == at->logout_id);
    REQUIRE(payload["backEnds"].size() == 2);
    CHECK(payload["backEnds"][0]["title"] == "The Bank");
    CHECK(payload["backEnds"][0]["outcome"] == "confirmed");
    CHECK_FALSE(payload["backEnds"][1].contains("title"));
    previous = logout::receipt_hash(at->jws);
  }
  CHECK(signed_world.chain.head().previous == previous);
}

TEST_CASE("receipt chain: what is open for a minute is signed as it is, and again when it is final [P2]") {
  SignedWorld signed_world;
  auto& world = signed_world.world;
  test::add_back_ends(world, {"bank", "mail"});
  world.client.set("mail.example", [](unsigned attempt) { return attempt < 10 ? 503 : 200; });
  world.get("/my/logout", world.log_in());
  world.loop.run_ready();
  world.receipts.hand_over_open(logout::Receipts::kOverdue);
  CHECK(signed_world.payloads().empty());
  world.loop.advance(base::seconds(61));
  world.receipts.hand_over_open(logout::Receipts::kOverdue);
  world.receipts.hand_over_open(logout::Receipts::kOverdue);
  REQUIRE(signed_world.payloads().size() == 1);
  CHECK(signed_world.payloads()[0]["state"] == "open");
  CHECK(signed_world.payloads()[0]["complete"] == false);
  CHECK(signed_world.payloads()[0]["backEnds"][1]["outcome"] == "pending");
  world.loop.advance(std::chrono::hours(1));
  REQUIRE(signed_world.payloads().size() == 2);
  CHECK(signed_world.payloads()[1]["state"] == "final");
  CHECK(signed_world.payloads()[1]["id"] == signed_world.payloads()[0]["id"]);
  CHECK(signed_world.payloads()[1]["backEnds"][1]["outcome"] == "confirmed");
}

TEST_CASE(
    "receipt chain: signed on a loop of their own they stand in the order they came, all kept at the end [issue 11]") {
  test::FakeClock clock;
  test::FakeLoop home(clock);
  test::FakeLoop signer(clock);
  home.set_current(false);
  signer.set_current(false);
  logout::MemoryReceiptBook book(clock, {});
  logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), book, clock);
  chain.sign_on(signer, home);
  logout::Receipts receipts(clock);
  receipts.on_evidence([&](logout::Receipt& receipt) { chain.add(receipt); });
  const auto kept = [&] { return unwrapped(run_task(book.page(std::nullopt, 10))).receipts; };

  const auto first = receipts.open(logout::Cause::browser, "ada");
  receipts.hand_over_open(base::milliseconds::zero());
  // its final form is there before its open one has been signed
  receipts.set_provider(*first, logout::ProviderPart::none);
  const auto second = receipts.open(logout::Cause::browser, "bob");
  receipts.set_provider(*second, logout::ProviderPart::none);
  CHECK(kept().empty());
  bool are_kept = false;
  base::start_detached(test::detail::store_done(chain.all_kept(), are_kept));
  home.run_ready();
  CHECK(kept().empty());
  signer.run_ready();
  CHECK(kept().empty());  // the book is the home loop's
  CHECK(!are_kept);
  home.run_ready();
  CHECK(are_kept);
  const auto newest_first = kept();
  REQUIRE(newest_first.size() == 3);
  CHECK(newest_first[0].logout_id == second->id);
  CHECK(newest_first[0].earlier == 0);
  CHECK(newest_first[1].logout_id == first->id);
  CHECK(newest_first[1].earlier == 1);
  CHECK(newest_first[2].number == 1);
  for (std::size_t i = 0; i + 1 < newest_first.size(); ++i) {
    const auto payload = json::parse(logout::unverified_payload(newest_first[i].jws));
    CHECK(payload["previous"] == logout::receipt_hash(newest_first[i + 1].jws));
  }
}

TEST_CASE("receipt chain: what else is done on the loop that signs waits for one signature, not for all [issue 11]") {
  test::FakeClock clock;
  test::FakeLoop home(clock);
  test::FakeLoop signer(clock);
  home.set_current(false);
  signer.set_current(false);
  logout::MemoryReceiptBook book(clock, {});
  logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), book, clock);
  chain.sign_on(signer, home);
  logout::Receipts receipts(clock);
  for (const char* const user : {"ada", "bob", "eve"}) chain.add(*test::finished_receipt(receipts, user));
  bool is_called = false;
  signer.post([&] { is_called = true; });
  for (int turns = 0; turns < 4; ++turns) signer.run_one();
  CHECK(is_called);
  CHECK(chain.head().number == 0);
  for (std::uint64_t number = 1; number <= 3; ++number) {
    signer.run_one();
    CHECK(chain.head().number == number);
  }
  home.run_ready();
  CHECK(unwrapped(run_task(book.page(std::nullopt, 10))).receipts.size() == 3);
}

TEST_CASE("receipt chain: a call that was given up and is tried again is signed anew [P2]") {
  SignedWorld signed_world;
  auto& world = signed_world.world;
  world.options.give_up_after = base::seconds(10);
  test::add_back_ends(world, {"bank"});
  world.client.set("bank.example", 503);
  world.get("/my/logout", world.log_in());
  world.loop.advance(std::chrono::minutes(5));
  REQUIRE(signed_world.payloads().size() == 1);
  CHECK(signed_world.payloads()[0]["backEnds"][0]["outcome"] == "dead");
  world.client.set("bank.example", 200);
  REQUIRE(run_task(world.fan_out().retry_dead({}), &world.loop));
  world.loop.run_ready();
  REQUIRE(signed_world.payloads().size() == 2);
  CHECK(signed_world.payloads()[1]["backEnds"][0]["outcome"] == "confirmed");
}

TEST_CASE("receipt chain: the final form has what became of the tokens [P2]") {
  SignedWorld signed_world;
  auto& world = signed_world.world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.revoke_tokens = true;
  test::add_back_ends(world, {"bank"});
  const auto answer = world.get("/my/logout", world.log_in());
  world.loop.run_ready();
  CHECK(signed_world.payloads().empty());
  world.come_back(answer);
  world.loop.advance(base::seconds(61));
  REQUIRE(signed_world.payloads().size() == 1);
  CHECK(signed_world.payloads()[0]["revocation"] == "done");
}

TEST_CASE("receipt chain: goes on after a restart, with the key that is kept with the state [P2]") {
  TestedSqliteBook tested;
  logout::Receipts receipts(tested.clock);
  const auto make = [] { return crypto::SigningKey::generate_p256().to_pem(); };
  std::string chain_name;
  std::string kid;
  for (std::uint64_t start = 0; start < 3; ++start) {
    CAPTURE(start);
    auto head = unwrapped(run_task(tested.book().open()));
    CHECK(head.number == 2 * start);
    const auto key = crypto::SigningKey::from_pem(unwrapped(run_task(tested.book().signing_key(make))));
    REQUIRE(key);
    if (start == 0) kid = key->kid();
    CHECK(key->kid() == kid);
    logout::ReceiptChain chain(*key, tested.book(), tested.clock, std::move(head));
    if (start == 0) chain_name = chain.head().chain;
    CHECK(chain.head().chain == chain_name);
    for (int i = 0; i < 2; ++i) chain.add(*test::finished_receipt(receipts, "ada" + std::to_string(i)));
    tested.restart();
  }
  CHECK(unwrapped(run_task(tested.book().open())).number == 6);
  std::string lines;
  for (const auto& receipt : unwrapped(run_task(tested.book().page(std::nullopt, 10))).receipts)
    lines.append(receipt.jws).append("\n");
  const auto check = logout::check_receipts(lines, nullptr);
  CHECK(check.is_good());
  REQUIRE(check.chains.size() == 1);
  CHECK(check.chains[0].first == 1);
  CHECK(check.chains[0].last == 6);
}

TEST_CASE("receipt chain: a receipt of very many sessions can still be read whole [P2]") {
  SignedWorld signed_world;
  auto receipt = signed_world.world.receipts.open(logout::Cause::admin, "ada");
  auto target = std::make_shared<logout::CallTarget>();
  target->back_end = std::string(200, 'b');
  for (unsigned i = 0; i < 20'000; ++i) {
    receipt->sessions.push_back("0123456789ab");
    logout::Receipts::add_call(*receipt, i + 1, target);
  }
  signed_world.chain.add(*receipt);
  const auto payload = signed_world.payloads().at(0);
  CHECK(payload["sessions"].size() + payload["sessionsLeftOut"].get<std::size_t>() == 20'000);
  CHECK(payload["backEnds"].size() + payload["backEndsLeftOut"]["pending"].get<std::size_t>() == 20'000);
}

}  // namespace router::receipt_chain_test
