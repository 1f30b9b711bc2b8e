#include "logout/receipt_check.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"
#include "crypto/jws.h"
#include "logout/receipt_chain.h"

namespace router::logout {
namespace {

constexpr std::size_t kLongestReceipt = kReceiptBounds.bytes;

struct ReadReceipt {
  std::string previous;
  std::string hash;
  std::size_t line = 0;
};
using NumberedReceipts = std::map<std::uint64_t, ReadReceipt>;

const crypto::Algorithms& receipt_algorithms() {
  static const crypto::Algorithms list{"ES256"};
  return list;
}

struct ChainParts {
  NumberedReceipts receipts;
  std::set<std::uint64_t> refused;  // numbers of lines that are not what they say
};

struct ReceiptReader {
  const crypto::KeySet* keys;
  std::map<std::string, ChainParts> chains;
  ReceiptsCheck check;

  void read(std::string_view jws, std::size_t line);
  void check_chain(const std::string& name, const ChainParts& chain);
  void check_gap(const std::string& name, const ChainParts& chain, std::uint64_t first, std::uint64_t last);
};

// Null: it is not there, or something else.
template <class Value>
const Value* member_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const Value*>();
}

std::string key_name(std::string_view jws) {
  const auto header = crypto::parse_json_object(crypto::base64url_decode(base::cut(jws, '.').before).value_or(""));
  const auto* kid = header ? member_of<std::string>(*header, "kid") : nullptr;
  return kid == nullptr ? std::string() : *kid;
}

// Absent: it is signed with one of the keys.
std::optional<ReceiptFinding> signature_fault(std::string_view jws, const crypto::KeySet& keys) {
  const auto verified = crypto::verify_jws(jws, keys, receipt_algorithms(), kLongestReceipt);
  ReceiptFinding finding{.fault = ReceiptFault::forged};
  if (verified) {
    if (verified->header.typ == kReceiptType) return std::nullopt;
    finding.detail = "signed as something else than a receipt";
    return finding;
  }
  // where it names one of our keys, it was a receipt of ours once
  if (keys.contains(key_name(jws))) finding.fault = ReceiptFault::changed;
  finding.detail = verified.error().detail;
  return finding;
}

void ReceiptReader::read(std::string_view jws, std::size_t line) {
  const auto payload = jws.size() > kLongestReceipt ? std::string() : unverified_payload(jws);
  const auto read = crypto::parse_json_object(payload, kReceiptBounds);
  const auto* name = read ? member_of<std::string>(*read, "chain") : nullptr;
  const auto* number = read ? member_of<nlohmann::json::number_unsigned_t>(*read, "number") : nullptr;
  const auto* previous = read ? member_of<std::string>(*read, "previous") : nullptr;
  if (name == nullptr || number == nullptr || previous == nullptr || *number == 0) {
    check.findings.push_back({.fault = ReceiptFault::unreadable, .line = line, .detail = "no signed receipt"});
    return;
  }
  auto& chain = chains[*name];
  if (auto fault = keys == nullptr ? std::nullopt : signature_fault(jws, *keys)) {
    chain.refused.insert(*number);
    check.findings.push_back({fault->fault, *name, *number, *number, line, std::move(fault->detail)});
    return;
  }
  ReadReceipt receipt{*previous, receipt_hash(jws), line};
  const auto [there, is_new] = chain.receipts.emplace(*number, receipt);
  if (is_new || there->second.hash == receipt.hash) return;
  check.findings.push_back({ReceiptFault::twice, *name, *number, *number, line,
                            "another one than in line " + std::to_string(there->second.line)});
}

// What is there in another form is not missing.
void ReceiptReader::check_gap(const std::string& name, const ChainParts& chain, std::uint64_t first,
                              std::uint64_t last) {
  auto refused = chain.refused.lower_bound(first);
  while (first <= last) {
    const bool is_refused_ahead = refused != chain.refused.end() && *refused <= last;
    const auto end = is_refused_ahead ? *refused : last + 1;
    if (first < end) check.findings.push_back({ReceiptFault::missing, name, first, end - 1, 0, {}});
    first = end + 1;
    if (!is_refused_ahead) return;
    ++refused;
  }
}

void ReceiptReader::check_chain(const std::string& name, const ChainParts& chain) {
  const auto& receipts = chain.receipts;
  if (receipts.empty()) return;
  check.chains.push_back({name, receipts.begin()->first, receipts.rbegin()->first, receipts.size()});
  const auto changed = [&](std::uint64_t number, std::size_t line, std::string detail) {
    check.findings.push_back({ReceiptFault::changed, name, number, number, line, std::move(detail)});
  };
  const NumberedReceipts::value_type* before = nullptr;
  for (const auto& entry : receipts) {
    const auto& [number, receipt] = entry;
    if (before == nullptr) {
      if (number == 1 && !receipt.previous.empty()) changed(1, receipt.line, "the first one names one before it");
    } else if (before->first + 1 < number) {
      check_gap(name, chain, before->first + 1, number - 1);
    } else if (before->second.hash != receipt.previous) {
      changed(before->first, before->second.line, "number " + std::to_string(number) + " followed another one");
    }
    before = &entry;
  }
}

}  // namespace

std::string_view to_string(ReceiptFault fault) {
  switch (fault) {
    case ReceiptFault::unreadable:
      return "unreadable";
    case ReceiptFault::forged:
      return "forged";
    case ReceiptFault::changed:
      return "changed";
    case ReceiptFault::missing:
      return "missing";
    case ReceiptFault::twice:
      return "twice";
  }
  return "unreadable";
}

ReceiptsCheck check_receipts(std::string_view lines, const crypto::KeySet* keys) {
  ReceiptReader reader{keys, {}, {}};
  std::size_t number = 0;
  for (std::optional<std::string_view> rest = lines; rest;) {
    const auto [line, after] = base::cut(*rest, '\n');
    ++number;
    auto jws = base::trim(line);
    if (jws.ends_with('\r')) jws.remove_suffix(1);
    if (!jws.empty()) reader.read(jws, number);
    rest = after;
  }
  for (const auto& [name, chain] : reader.chains) reader.check_chain(name, chain);
  return std::move(reader.check);
}

}  // namespace router::logout
