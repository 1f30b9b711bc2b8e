#include "logout/receipt_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "crypto/digest.h"
#include "logout/memory_receipt_book.h"
#include "logout/receipt_book_contract.h"

namespace router::receipt_check_test {

using logout::ReceiptFault;
using Lines = std::vector<std::string>;

namespace {

// Six receipts of one chain, and the keys they were signed with.
struct SignedReceipts {
  SignedReceipts() {
    for (int i = 1; i <= 6; ++i) chain.add(*test::finished_receipt(receipts, "user" + std::to_string(i)));
    const auto page = test::unwrapped(test::run_task(book.page(std::nullopt, 10)));
    for (auto at = page.receipts.rbegin(); at != page.receipts.rend(); ++at) lines.push_back(at->jws);
    keys = *crypto::KeySet::parse(key.public_jwks());
  }
  std::string payload(std::size_t line) const { return logout::unverified_payload(lines[line]); }
  std::string sign(const std::string& text, std::string_view typ = logout::kReceiptType) const {
    return *key.sign(text, typ);
  }

  test::FakeClock clock;
  logout::Receipts receipts{clock};
  logout::MemoryReceiptBook book{clock, {}};
  crypto::SigningKey key = crypto::SigningKey::generate_p256();
  logout::ReceiptChain chain{key, book, clock};
  Lines lines;
  crypto::KeySet keys;
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string with_payload(const std::string& jws, const std::string& payload) {
  const auto first = jws.find('.');
  return jws.substr(0, first + 1) + crypto::base64url_encode(payload) + jws.substr(jws.rfind('.'));
}

// "changed 3", "missing 4-5", "unreadable"
std::string summary(const logout::ReceiptsCheck& check) {
  std::string text;
  for (const auto& finding : check.findings) {
    text.append(text.empty() ? "" : ", ").append(to_string(finding.fault));
    if (finding.first != 0) text.append(" ").append(std::to_string(finding.first));
    if (finding.last != finding.first) text.append("-").append(std::to_string(finding.last));
  }
  return text;
}

std::string joined(const Lines& lines, std::string_view separator = "\n") {
  std::string text;
  for (const auto& line : lines) text.append(line).append(separator);
  return text;
}

}  // namespace

TEST_CASE("receipts verify: what is missing, changed, forged or twice shows, with its numbers [P3]") {
  const SignedReceipts made;
  const auto stranger = crypto::SigningKey::generate_p256();
  struct Row {
    const char* name;
    std::function<void(Lines&)> tamper;
    std::string found;
    std::string found_without_keys;
  };
  const Row rows[] = {
      {"nothing", [](Lines&) {}, "", ""},
      {"newest first", [](Lines& l) { std::reverse(l.begin(), l.end()); }, "", ""},
      {"the same line twice", [](Lines& l) { l.push_back(l[2]); }, "", ""},
      {"the oldest are gone", [](Lines& l) { l.erase(l.begin(), l.begin() + 2); }, "", ""},
      {"empty lines",
       [](Lines& l) {
         l.insert(l.begin(), "");
         l.push_back("  ");
       },
       "", ""},
      {"one is missing", [](Lines& l) { l.erase(l.begin() + 2); }, "missing 3", "missing 3"},
      {"several are missing", [](Lines& l) { l.erase(l.begin() + 1, l.begin() + 5); }, "missing 2-5", "missing 2-5"},
      {"a word of the payload is another",
       [&](Lines& l) { l[2] = with_payload(l[2], replaced(made.payload(2), "user3", "user9")); }, "changed 3",
       "changed 3"},
      {"a bit of the signature is another",
       [](Lines& l) { l[2][l[2].size() - 5] = l[2][l[2].size() - 5] == 'A' ? 'B' : 'A'; }, "changed 3", "changed 3"},
      {"another number",
       [&](Lines& l) { l[2] = with_payload(l[2], replaced(made.payload(2), "\"number\":3", "\"number\":8")); },
       "changed 8, missing 3", "missing 3, missing 7"},
      {"signed again by the holder of the key",
       [&](Lines& l) { l[2] = made.sign(replaced(made.payload(2), "user3", "user9")); }, "changed 3", "changed 3"},
      {"two of one number, both signed",
       [&](Lines& l) { l.push_back(made.sign(replaced(made.payload(2), "user3", "user9"))); }, "twice 3", "twice 3"},
      {"signed by somebody else", [&](Lines& l) { l[2] = *stranger.sign(made.payload(2), logout::kReceiptType); },
       "forged 3", "changed 3"},
      {"signed as something else", [&](Lines& l) { l[2] = made.sign(made.payload(2), "JWT"); }, "forged 3",
       "changed 3"},
      {"not signed at all",
       [&](Lines& l) {
         l[2] = crypto::base64url_encode(R"({"alg":"none"})") + "." + crypto::base64url_encode(made.payload(2)) + ".";
       },
       "forged 3", "changed 3"},
      {"added at the end",
       [&](Lines& l) { l.push_back(made.sign(replaced(made.payload(5), "\"number\":6", "\"number\":7"))); },
       "changed 6", "changed 6"},
      {"the first names one before it",
       [&](Lines& l) { l = {made.sign(replaced(made.payload(0), "\"previous\":\"\"", "\"previous\":\"x\""))}; },
       "changed 1", "changed 1"},
      {"no receipt", [](Lines& l) { l.push_back("hello"); }, "unreadable", "unreadable"},
      {"a JWS of something else", [&](Lines& l) { l.push_back(made.sign(R"({"number":"7"})")); }, "unreadable",
       "unreadable"},
      {"numbers that are none", [&](Lines& l) { l.push_back(made.sign(R"({"chain":"c","number":-1,"previous":""})")); },
       "unreadable", "unreadable"},
      {"the largest number",
       [&](Lines& l) { l.push_back(made.sign(R"({"chain":"c","number":18446744073709551615,"previous":"x"})")); }, "",
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Lines lines = made.lines;
    row.tamper(lines);
    for (const std::string_view separator : {"\n", "\r\n"}) {
      const auto check = logout::check_receipts(joined(lines, separator), &made.keys);
      CHECK(summary(check) == row.found);
      CHECK(check.is_good() == row.found.empty());
      CHECK(summary(logout::check_receipts(joined(lines, separator), nullptr)) == row.found_without_keys);
    }
  }
}

TEST_CASE("receipts verify: chains stand apart, and each says where it begins and ends [P3]") {
  const SignedReceipts one;
  const SignedReceipts two;
  Lines lines = one.lines;
  lines.insert(lines.begin() + 3, two.lines.begin() + 2, two.lines.end());
  const auto check = logout::check_receipts(joined(lines), nullptr);
  CHECK(check.is_good());
  REQUIRE(check.chains.size() == 2);
  const auto& second = check.chains[0].chain == two.chain.head().chain ? check.chains[0] : check.chains[1];
  CHECK(second.first == 3);
  CHECK(second.last == 6);
  CHECK(second.receipts == 4);
}

TEST_CASE("receipts verify: hostile files of any kind are told in time that grows with their length [P3]") {
  const SignedReceipts made;
  const std::string rows[] = {"",
                              "\n\n\n",
                              ".",
                              "..",
                              std::string(100'000, '.'),
                              std::string(300'000, '\n'),
                              std::string(3 * 1024 * 1024, 'a'),
                              std::string("\0\0\0", 3),
                              "a." + crypto::base64url_encode(std::string(1'000'000, '[')) + ".b"};
  for (const auto& row : rows) {
    const auto check = logout::check_receipts(row, &made.keys);
    CHECK(check.chains.empty());
  }
}

}  // namespace router::receipt_check_test
