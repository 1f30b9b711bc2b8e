#include "app/receipts_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/terminal.h"
#include "base/text.h"
#include "logout/receipt_check.h"
#include "management/client.h"

namespace router::app {
namespace {

using base::Result;
using nlohmann::ordered_json;

constexpr int kGood = 0;
constexpr int kFound = 1;
constexpr int kCannotTell = 2;
constexpr std::size_t kPageSize = 200;

Result<std::string> read_input(const std::string& name) {
  std::ostringstream text;
  if (name == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream file(name, std::ios::binary);
  if (!file) return base::Error{base::ErrorCode::not_found, base::Side::client, name + " cannot be read"};
  text << file.rdbuf();
  return text.str();
}

// `url`: of the document itself.
Result<std::string> fetch(const std::string& url, const base::Secret& token) {
  const auto host = url.find("://") + 3;
  const auto path = std::min(url.find('/', host), url.size());
  return management::get(url.substr(0, path), path == url.size() ? "/" : url.substr(path), token);
}

Result<crypto::KeySet> read_keys(const std::string& jwks, const base::Secret& token) {
  const bool is_url = jwks.starts_with("http://") || jwks.starts_with("https://");
  const auto text = is_url ? fetch(jwks, token) : read_input(jwks);
  if (!text) return text.error();
  auto keys = crypto::KeySet::parse(*text);
  if (!keys) return base::Error{base::ErrorCode::protocol, base::Side::client, jwks + ": " + keys.error().detail};
  return keys;
}

std::string numbers_of(const logout::ReceiptFinding& finding) {
  if (finding.first == finding.last) return std::to_string(finding.first);
  return std::to_string(finding.first) + " to " + std::to_string(finding.last);
}

void print_check(const std::string& file, const logout::ReceiptsCheck& check, std::ostream& out) {
  for (const auto& finding : check.findings) {
    out << file;
    if (finding.line != 0) out << ":" << finding.line;
    out << ": " << to_string(finding.fault);
    if (finding.first != 0) out << " number " << numbers_of(finding) << " of chain " << shown_text(finding.chain);
    if (!finding.detail.empty()) out << ": " << finding.detail;
    out << "\n";
  }
  for (const auto& chain : check.chains) {
    out << file << ": chain " << shown_text(chain.chain) << ": " << chain.receipts << " receipts, numbers "
        << chain.first << " to " << chain.last << "\n";
  }
  if (check.findings.empty()) out << file << (check.chains.empty() ? ": no receipts\n" : ": good\n");
}

ordered_json check_as_json(const std::string& file, const logout::ReceiptsCheck& check, bool with_keys) {
  ordered_json findings = ordered_json::array();
  for (const auto& one : check.findings) {
    ordered_json finding{{"fault", to_string(one.fault)}};
    if (one.line != 0) finding["line"] = one.line;
    if (one.first != 0) finding.update({{"chain", one.chain}, {"first", one.first}, {"last", one.last}});
    if (!one.detail.empty()) finding["detail"] = one.detail;
    findings.push_back(std::move(finding));
  }
  ordered_json chains = ordered_json::array();
  for (const auto& chain : check.chains) {
    chains.push_back(
        {{"chain", chain.chain}, {"first", chain.first}, {"last", chain.last}, {"receipts", chain.receipts}});
  }
  return {{"file", file},
          {"good", check.is_good()},
          {"signaturesChecked", with_keys},
          {"findings", findings},
          {"chains", chains}};
}

std::string to_text(const ordered_json& value) {
  return value.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

int failed(std::string_view reason, std::ostream& err, int code = kCannotTell) {
  err << "xs-router: " << reason << "\n";
  return code;
}

Result<std::string> ask(const ManagementAccess& access, const std::string& target) {
  if (!access.url.empty()) return management::get(access.url, target, access.token);
  return base::Error{base::ErrorCode::bad_request, base::Side::client, "--url, or MANAGEMENT_PORT, is needed"};
}

std::string query_of(const ReceiptList& list, std::size_t limit, const std::string& cursor) {
  std::string query = "/api/logouts?limit=" + std::to_string(limit);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) query.append("&").append(name).append("=").append(base::percent_encode(value));
  };
  add("cause", list.cause);
  add("user", list.user);
  add("outcome", list.outcome);
  add("cursor", cursor);
  if (list.as_jws) add("format", "jws");
  return query;
}

std::string when_of(const ordered_json& receipt) { return shown_time(receipt.value("at", std::int64_t{0})); }

std::string outcomes_of(const ordered_json& receipt) {
  std::string text;
  const auto found = receipt.find("outcomes");
  if (found == receipt.end()) return text;
  for (const auto& [outcome, count] : found->items()) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(count.get<int>())).append(" ").append(outcome);
  }
  return text.empty() ? "no calls" : text;
}

void print_line(const ordered_json& receipt, std::ostream& out) {
  out << when_of(receipt) << "  " << receipt.value("id", "") << "  " << receipt.value("cause", "") << "  "
      << shown_text(receipt.value("user", "")) << "  " << receipt.value("state", "") << "  " << outcomes_of(receipt)
      << "\n";
}

void print_receipt(const ordered_json& receipt, std::ostream& out) {
  out << "logout " << receipt.value("id", "") << " of " << shown_text(receipt.value("user", "")) << ", "
      << receipt.value("cause", "") << ", " << when_of(receipt) << ", " << receipt.value("state", "") << "\n";
  const auto calls = receipt.find("backEnds");
  if (calls == receipt.end()) return;
  for (const auto& call : *calls) {
    out << "  " << shown_text(call.value("backEnd", "")) << ": " << call.value("outcome", "") << ", status "
        << call.value("status", 0) << ", " << call.value("attempts", 0) << " attempts, "
        << call.value("milliseconds", 0) << " ms\n";
  }
}

}  // namespace

int verify_receipts(const std::vector<std::string>& files, const std::string& jwks, const base::Secret& token,
                    bool json, std::ostream& out, std::ostream& err) {
  std::optional<crypto::KeySet> keys;
  if (!jwks.empty()) {
    auto read = read_keys(jwks, token);
    if (!read) return failed(read.error().detail, err);
    keys = *std::move(read);
  } else if (!json) {
    err << "xs-router: without --jwks only the chain is checked, not who signed it\n";
  }
  int code = kGood;
  ordered_json all = ordered_json::array();
  for (const auto& file : files) {
    const auto lines = read_input(file);
    if (!lines) {
      code = failed(lines.error().detail, err);
      continue;
    }
    const auto check = logout::check_receipts(*lines, keys ? &*keys : nullptr);
    if (!check.is_good()) code = std::max(code, kFound);
    if (json)
      all.push_back(check_as_json(file, check, keys.has_value()));
    else
      print_check(file, check, out);
  }
  if (json) out << to_text(all) << "\n";
  return code;
}

int list_receipts(const ManagementAccess& access, const ReceiptList& list, std::ostream& out, std::ostream& err) {
  std::string cursor;
  ordered_json all = ordered_json::array();
  do {
    const auto answer = ask(access, query_of(list, std::min(list.limit - all.size(), kPageSize), cursor));
    if (!answer) return failed(answer.error().detail, err);
    const auto page = ordered_json::parse(*answer, nullptr, false);
    if (!page.is_object() || !page.contains("logouts") || !page["logouts"].is_array()) {
      return failed(access.url + " answers something else than receipts", err);
    }
    for (const auto& receipt : page["logouts"]) all.push_back(receipt);
    cursor = page.value("next_cursor", "");
  } while (!cursor.empty() && all.size() < list.limit);
  if (list.json) {
    out << to_text(all) << "\n";
    return kGood;
  }
  for (const auto& receipt : all) {
    if (receipt.is_string())
      out << receipt.get<std::string>() << "\n";
    else
      print_line(receipt, out);
  }
  return kGood;
}

int show_receipt(const ManagementAccess& access, const std::string& id, bool as_jws, bool json, std::ostream& out,
                 std::ostream& err) {
  const auto target = "/api/logouts/" + base::percent_encode(id) + (as_jws ? "?format=jws" : "");
  const auto answer = ask(access, target);
  if (!answer) {
    return failed(answer.error().detail, err, answer.error().code == base::ErrorCode::not_found ? kFound : kCannotTell);
  }
  const auto receipt = as_jws ? ordered_json() : ordered_json::parse(*answer, nullptr, false);
  if (as_jws || !receipt.is_object())
    out << *answer << "\n";
  else if (json)
    out << to_text(receipt) << "\n";
  else
    print_receipt(receipt, out);
  return kGood;
}

}  // namespace router::app
