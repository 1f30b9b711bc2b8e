#include "logout/sqlite_receipt_book.h"

#include "base/packed.h"

namespace router::logout {

using base::Result;
using base::Task;
using storage::RecordChanges;
using storage::RecordKind;

namespace {

constexpr std::string_view kHead = "head";
constexpr std::string_view kSigningKey = "receipt signing key";
constexpr std::string_view kPublicKey = "receipt public key ";
constexpr std::size_t kMostKeys = 1000;
// So many numbers in a row that are not there: what is older is no longer kept.
constexpr std::size_t kLongestGap = 64;

template <class Archive, class Head>
void head_fields(Archive& archive, Head& head) {
  archive(head.chain, head.number, head.previous);
}

std::string number_key(std::uint64_t number) { return "n" + std::to_string(number); }
std::string logout_key(std::string_view logout_id) { return std::string("of ").append(logout_id); }

}  // namespace

Task<Result<ChainHead>> SqliteReceiptBook::open() {
  auto finding = records_->find(RecordKind::receipt, std::string(kHead));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  ChainHead head;
  if (*found) {
    base::Unpacker unpacker((**found).content.reveal());
    head_fields(unpacker, head);
    if (!unpacker.is_whole()) head = {};
  }
  newest_ = head.number;
  co_return head;
}

Task<Result<base::Secret>> SqliteReceiptBook::signing_key(std::function<base::Secret()> make) {
  auto finding = records_->find(RecordKind::key, std::string(kSigningKey));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  if (*found) co_return (**found).content;
  base::Secret made = make();
  auto keeping = records_->change([made] {
    return RecordChanges{storage::put({RecordKind::key, std::string(kSigningKey), made, {}, 0})};
  });
  const auto kept = co_await keeping;
  if (!kept) co_return kept.error();
  co_return made;
}

void SqliteReceiptBook::append(SignedReceipt receipt, ChainHead head) {
  newest_ = receipt.number;
  const auto kept_until = clock_.wall() + kept_;
  base::Packer body;
  body(receipt);
  base::Packer newest;
  newest(receipt.number);
  base::Packer chain;
  head_fields(chain, head);
  RecordChanges changes{
      storage::put({RecordKind::receipt, number_key(receipt.number), body.take(), kept_until, 0}),
      storage::put({RecordKind::receipt, logout_key(receipt.logout_id), newest.take(), kept_until, 0}),
      storage::put({RecordKind::receipt, std::string(kHead), chain.take(), {}, 0})};
  records_->change_later([changes = std::move(changes)] { return changes; });
}

void SqliteReceiptBook::keep_key(std::string kid, std::string jwks) {
  const auto kept_until = clock_.wall() + kept_ + kReceiptKeyMargin;
  storage::Record record{RecordKind::key, std::string(kPublicKey) + kid, base::Secret(std::move(jwks)), kept_until, 0};
  records_->change_later([record = std::move(record)] { return RecordChanges{storage::put(record)}; });
}

Task<Result<std::optional<SignedReceipt>>> SqliteReceiptBook::at(std::uint64_t number) {
  auto finding = records_->find(RecordKind::receipt, number_key(number));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<SignedReceipt>();
  SignedReceipt receipt;
  base::Unpacker unpacker((**found).content.reveal());
  unpacker(receipt);
  if (!unpacker.is_whole()) co_return std::optional<SignedReceipt>();
  co_return std::optional(std::move(receipt));
}

Task<Result<std::optional<SignedReceipt>>> SqliteReceiptBook::find(std::string logout_id) {
  auto finding = records_->find(RecordKind::receipt, logout_key(logout_id));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<SignedReceipt>();
  std::uint64_t number = 0;
  base::Unpacker unpacker((**found).content.reveal());
  unpacker(number);
  auto reading = at(number);
  auto receipt = co_await reading;
  co_return receipt;
}

Task<Result<ReceiptPage>> SqliteReceiptBook::page(std::optional<std::uint64_t> before, std::size_t limit) {
  ReceiptPage page;
  auto number = before && *before <= newest_ ? *before : newest_ + 1;
  std::size_t gap = 0;
  while (number > 1 && page.receipts.size() < limit && gap < kLongestGap) {
    auto reading = at(--number);
    auto receipt = co_await reading;
    if (!receipt) co_return receipt.error();
    gap = *receipt ? 0 : gap + 1;
    if (*receipt) page.receipts.push_back(**std::move(receipt));
  }
  if (number > 1 && gap < kLongestGap) page.next = number;
  co_return page;
}

Task<Result<std::vector<std::string>>> SqliteReceiptBook::keys() {
  std::vector<std::string> all;
  auto reading = records_->page(RecordKind::key, 0, kMostKeys);
  const auto page = co_await reading;
  if (!page) co_return page.error();
  for (const auto& record : page->records) {
    if (record.key.starts_with(kPublicKey)) all.emplace_back(record.content.reveal());
  }
  co_return all;
}

}  // namespace router::logout
