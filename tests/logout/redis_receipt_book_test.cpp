#include "logout/redis_receipt_book.h"

#include <doctest/doctest.h>

#include "crypto/random.h"
#include "logout/receipt_book_contract.h"
#include "storage/redis_addresses.h"
#include "storage/redis_turned.h"

namespace router::redis_receipt_book_test {

namespace {

// Books of two replicas at one Redis, on a loop that the test turns.
class RedisReceiptBooks final : public test::TestedReceiptBook {
 public:
  explicit RedisReceiptBooks(const storage::RedisAddress& address) : turned_(address), here_(make()), there_(make()) {}
  ~RedisReceiptBooks() override {
    here_->stop();
    there_->stop();
    turned_.close();
  }

  logout::ReceiptBook& book() override { return *here_; }
  logout::RedisReceiptBook& here() { return *here_; }
  logout::RedisReceiptBook& there() { return *there_; }
  void wait() override { turned_.wait(); }

 private:
  std::unique_ptr<logout::RedisReceiptBook> make() {
    const crypto::SealingSecrets secrets{base::Secret("a secret of thirty-two characters")};
    return std::make_unique<logout::RedisReceiptBook>(turned_.add_clients(), secrets,
                                                      logout::RedisReceiptOptions{prefix_});
  }

  test::RedisTurned turned_;
  const std::string prefix_ = "test:" + crypto::random_token(6) + ":";
  std::unique_ptr<logout::RedisReceiptBook> here_;
  std::unique_ptr<logout::RedisReceiptBook> there_;
};

// A receipt of this user's, signed into the book.
void sign_one(logout::ReceiptChain& chain, test::FakeClock& clock, const std::string& user) {
  logout::Receipts receipts(clock);
  chain.add(*test::finished_receipt(receipts, user));
}

}  // namespace

TEST_CASE("Redis receipt book: keeps the contract of all books [issue 12]") {
  test::check_receipt_book_contract([] { return std::make_unique<RedisReceiptBooks>(test::standalone_redis()); });
}

TEST_CASE("Redis receipt book: keeps the contract in a cluster [issue 12]") {
  test::check_receipt_book_contract([] { return std::make_unique<RedisReceiptBooks>(test::cluster_redis()); });
}

TEST_CASE("Redis receipt book: what one replica has signed any other shows, each in its own chain [issue 12]") {
  RedisReceiptBooks tested(test::standalone_redis());
  logout::ReceiptChain here(crypto::SigningKey::generate_p256(), tested.here(), tested.clock);
  logout::ReceiptChain there(crypto::SigningKey::generate_p256(), tested.there(), tested.clock);
  sign_one(here, tested.clock, "ada");
  REQUIRE(tested.run(tested.here().page({}, 1)));
  sign_one(there, tested.clock, "bob");
  sign_one(there, tested.clock, "eve");
  const auto page = test::unwrapped(tested.run(tested.there().page({}, 10)));
  std::vector<std::string> logouts;
  for (const auto& receipt : page.receipts) logouts.push_back(receipt.logout_id);
  CHECK(logouts == std::vector<std::string>{"of-eve", "of-bob", "of-ada"});
  CHECK(page.receipts[2].chain == here.head().chain);
  const auto found = test::unwrapped(tested.run(tested.here().find("of-eve")));
  REQUIRE(found);
  CHECK(found->number == 2);
  CHECK(found->chain == there.head().chain);
}

TEST_CASE("Redis receipt book: what is open elsewhere is shown as it was, until it is signed [issue 12]") {
  RedisReceiptBooks tested(test::standalone_redis());
  logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), tested.here(), tested.clock);
  const auto shown = [&] { return test::unwrapped(tested.run(logout::read_newest(tested.there(), "of-ada"))); };
  CHECK_FALSE(shown());
  tested.here().sketch("of-ada", R"({"id":"of-ada","complete":false})");
  CHECK(tested.until([&] { return shown().has_value(); }));
  CHECK(shown() == R"({"id":"of-ada","complete":false})");
  sign_one(chain, tested.clock, "ada");
  CHECK(tested.until([&] { return shown()->find("\"state\":\"final\"") != std::string::npos; }));
}

TEST_CASE("Redis receipt book: all replicas sign with one key, which nobody reads there [issue 12]") {
  test::RedisServer server;
  RedisReceiptBooks tested(test::address_of(server));
  const auto one = crypto::SigningKey::generate_p256().to_pem();
  const auto other = crypto::SigningKey::generate_p256().to_pem();
  CHECK(test::unwrapped(tested.run(tested.here().signing_key(one))) == one);
  CHECK(test::unwrapped(tested.run(tested.there().signing_key(other))) == one);
  CHECK(server.ask({"GET", server.ask({"KEYS", "*signing*"})}).find("PRIVATE") == std::string::npos);
}

TEST_CASE("Redis receipt book: a public key comes into a Redis that was away, and into one that lost it [issue 12]") {
  test::RedisServer server;
  RedisReceiptBooks tested(test::impatient_address_of(server));
  const auto comes = [&] {
    return tested.until([&] {
      // as the store does, by the same client
      tested.run(tested.here().keys()).has_value();
      const auto keys = tested.run(tested.there().keys());
      return keys && *keys == std::vector<std::string>{R"({"keys":[]})"};
    });
  };
  server.kill();
  tested.here().keep_key("kid", R"({"keys":[]})");
  server.start();
  CHECK(comes());
  server.kill();
  server.start();
  CHECK(comes());
}

TEST_CASE("Redis receipt book: what was signed while Redis was away is there once it is back [issue 12]") {
  test::RedisServer server;
  RedisReceiptBooks tested(test::impatient_address_of(server));
  logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), tested.here(), tested.clock);
  server.kill();
  sign_one(chain, tested.clock, "ada");
  sign_one(chain, tested.clock, "bob");
  CHECK(test::unwrapped(tested.run(tested.here().find("of-ada"))));
  CHECK(test::unwrapped(tested.run(logout::read_newest(tested.here(), "of-bob"))));
  CHECK_FALSE(tested.run(tested.there().find("of-ada")));
  server.start();
  CHECK(tested.until([&] {
    const auto found = tested.run(tested.there().find("of-bob"));
    return found && *found;
  }));
  CHECK(test::unwrapped(tested.run(tested.there().page({}, 10))).receipts.size() == 2);
}

}  // namespace router::redis_receipt_book_test
