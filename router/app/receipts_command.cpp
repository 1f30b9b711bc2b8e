#include "app/receipts_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/management_calls.h"
#include "app/terminal.h"
#include "base/json_text.h"
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
  if (check.findings.empty()) out << file << ": good\n";
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

int failed(std::string_view reason, std::ostream& err) {
  err << "xs-router: " << reason << "\n";
  return kCannotTell;
}

std::string target_of(const ReceiptList& list) {
  std::string target = "/api/logouts";
  add_parameter(target, "cause", list.cause);
  add_parameter(target, "user", list.user);
  add_parameter(target, "outcome", list.outcome);
  if (list.as_jws) add_parameter(target, "format", "jws");
  return target;
}

std::string outcomes_of(const ordered_json& receipt) {
  std::string text;
  const auto& outcomes = object_in(receipt, "outcomes");
  for (const auto& [outcome, count] : outcomes.items()) {
    const auto number = std::to_string(number_in(outcomes, outcome.c_str()));
    text.append(text.empty() ? "" : ", ").append(number).append(" ").append(shown_text(outcome));
  }
  return text.empty() ? "no calls" : text;
}

std::string when_of(const ordered_json& receipt) { return shown_time(number_in(receipt, "at")); }

void print_line(const ordered_json& receipt, std::ostream& out) {
  out << when_of(receipt) << "  " << text_in(receipt, "id") << "  " << text_in(receipt, "cause") << "  "
      << text_in(receipt, "user") << "  " << text_in(receipt, "state") << "  " << outcomes_of(receipt) << "\n";
}

void print_receipt(const ordered_json& receipt, std::ostream& out) {
  out << "logout " << text_in(receipt, "id") << " of " << text_in(receipt, "user") << ", " << text_in(receipt, "cause")
      << ", " << when_of(receipt) << ", " << text_in(receipt, "state") << "\n";
  for (const auto& call : list_in(receipt, "backEnds")) {
    out << "  " << text_in(call, "backEnd") << ": " << text_in(call, "outcome") << ", status "
        << number_in(call, "status") << ", " << number_in(call, "attempts") << " attempts, "
        << number_in(call, "milliseconds") << " ms";
    if (const auto fault = text_in(call, "fault"); !fault.empty()) out << ", " << fault;
    out << "\n";
  }
}

// What was asked for may be many logouts: sessions that an operator ends.
void print_ending(const ordered_json& ending, std::ostream& out) {
  out << "ending of " << text_in(ending, "what") << ", " << text_in(ending, "state") << ": "
      << number_in(ending, "ended") << " of " << number_in(ending, "matching") << " sessions ended; first logout "
      << text_in(ending, "logout_id") << "\n";
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
    if (check.findings.empty() && check.chains.empty()) {
      code = failed(file + " has no receipts", err);
      continue;
    }
    if (!check.is_good()) code = std::max(code, kFound);
    if (json)
      all.push_back(check_as_json(file, check, keys.has_value()));
    else
      print_check(file, check, out);
  }
  if (json) out << base::json_text(all, 2) << "\n";
  return code;
}

int list_receipts(const ManagementAccess& access, const ReceiptList& list, bool json, const Console& console) {
  const auto listed = list_all(access, target_of(list), "logouts", list.limit);
  if (const auto code = tell_failure(listed, console)) return *code;
  if (json) {
    print_json(listed->items, console);
    return kCommandDone;
  }
  for (const auto& receipt : listed->items) {
    if (receipt.is_string())
      console.out << receipt.get<std::string>() << "\n";
    else
      print_line(receipt, console.out);
  }
  return kCommandDone;
}

int show_receipt(const ManagementAccess& access, const std::string& id, bool as_jws, bool json,
                 const Console& console) {
  const auto target = "/api/logouts/" + base::percent_encode(id);
  if (as_jws) {
    const auto jws = management::get(access.url, target + "?format=jws", access.token);
    if (!jws) return tell_fault(jws.error(), console);
    console.out << *jws << "\n";
    return kCommandDone;
  }
  const auto receipt = ask_router(access, {.target = target});
  if (const auto code = tell_failure(receipt, console)) return *code;
  if (json)
    print_json(receipt->body, console);
  else if (receipt->body.contains("matching"))
    print_ending(receipt->body, console.out);
  else
    print_receipt(receipt->body, console.out);
  return kCommandDone;
}

}  // namespace router::app
