// What every book of receipts has to keep: who appends finds it, newest first and page by page.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include "crypto/jwk.h"
#include "logout/receipt_book.h"
#include "logout/receipt_chain.h"
#include "support/fake_loop.h"
#include "support/tested.h"

namespace router::test {

// A book, and what it stands on.
class TestedReceiptBook : public Tested {
 public:
  virtual logout::ReceiptBook& book() = 0;
  FakeClock clock;
};

inline std::shared_ptr<logout::Receipt> finished_receipt(logout::Receipts& receipts, const std::string& user) {
  auto receipt = receipts.open(logout::Cause::browser, user, "of-" + user);
  receipts.set_provider(*receipt, logout::ProviderPart::none);
  return receipt;
}

inline void check_receipt_book_contract(const std::function<std::unique_ptr<TestedReceiptBook>()>& make) {
  SUBCASE("what was signed is found by its logout, the newest of several") {
    const auto tested = make();
    logout::Receipts receipts(tested->clock);
    logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), tested->book(), tested->clock);
    auto ada = finished_receipt(receipts, "ada");
    auto bob = finished_receipt(receipts, "bob");
    chain.add(*ada);
    chain.add(*bob);
    chain.add(*ada);
    const auto found = unwrapped(tested->run(tested->book().find("of-ada")));
    REQUIRE(found);
    CHECK(found->number == 3);
    CHECK(found->earlier == 1);
    CHECK(found->logout_id == "of-ada");
    CHECK(found->chain == chain.head().chain);
    CHECK(logout::receipt_hash(found->jws) == chain.head().previous);
    CHECK_FALSE(unwrapped(tested->run(tested->book().find("of-eve"))));
  }
  SUBCASE("pages go from the newest to the oldest, each once") {
    const auto tested = make();
    logout::Receipts receipts(tested->clock);
    logout::ReceiptChain chain(crypto::SigningKey::generate_p256(), tested->book(), tested->clock);
    auto ada = finished_receipt(receipts, "ada");
    for (int i = 0; i < 7; ++i) chain.add(*ada);
    std::vector<std::uint64_t> numbers;
    std::optional<std::uint64_t> cursor;
    std::size_t pages = 0;
    do {
      const auto page = unwrapped(tested->run(tested->book().page(cursor, 3)));
      for (const auto& receipt : page.receipts) numbers.push_back(receipt.number);
      cursor = page.next;
    } while (cursor && ++pages < 10);
    CHECK(numbers == std::vector<std::uint64_t>{7, 6, 5, 4, 3, 2, 1});
  }
  SUBCASE("an empty one has one page, which is empty") {
    const auto tested = make();
    const auto page = unwrapped(tested->run(tested->book().page(std::nullopt, 10)));
    CHECK(page.receipts.empty());
    CHECK_FALSE(page.next);
  }
  SUBCASE("public keys of before stay beside the one of now, each once") {
    const auto tested = make();
    const auto before = crypto::SigningKey::generate_p256();
    const auto now = crypto::SigningKey::generate_p256();
    logout::Receipts receipts(tested->clock);
    logout::ReceiptChain chain(before, tested->book(), tested->clock);
    chain.add(*finished_receipt(receipts, "ada"));
    chain.sign_with(now);
    chain.add(*finished_receipt(receipts, "bob"));
    const auto keys = crypto::KeySet::parse(unwrapped(tested->run(chain.public_keys())));
    REQUIRE(keys);
    CHECK(keys->keys().size() == 2);
    CHECK(keys->contains(before.kid()));
    CHECK(keys->contains(now.kid()));
  }
}

}  // namespace router::test
