#include "logout/receipt_link.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "crypto/jose_json.h"
#include "http/cookie.h"
#include "logout/receipt_chain.h"

namespace router::logout {
namespace {

using http::pages::Confirmation;

// A browser that holds sessions of more users than that sees the first ones.
constexpr std::size_t kMostLogouts = 8;
constexpr std::size_t kLongestLink = 1024;
constexpr std::size_t kMostShown = 200;

Confirmation::State state_of(std::string_view outcome) {
  if (outcome == to_string(Outcome::confirmed)) return Confirmation::State::confirmed;
  if (outcome == to_string(Outcome::pending)) return Confirmation::State::waiting;
  return outcome == to_string(Outcome::dead) ? Confirmation::State::given_up : Confirmation::State::not_confirmed;
}

void add_confirmation(std::string name, std::string_view outcome, std::vector<Confirmation>& to) {
  const auto state = state_of(outcome);
  const auto known = std::find_if(to.begin(), to.end(), [&](const Confirmation& one) { return one.name == name; });
  if (known != to.end()) {
    known->state = std::max(known->state, state);
  } else if (to.size() < kMostShown) {
    to.push_back({std::move(name), state});
  }
}

void add_open_receipt(const Receipt& receipt, std::vector<Confirmation>& to) {
  for (const auto& call : receipt.calls) {
    const auto& target = *call.target;
    add_confirmation(target.title.empty() ? target.back_end : target.title, to_string(call.outcome), to);
  }
}

void add_written_receipt(const std::string& json, std::vector<Confirmation>& to) {
  const auto receipt = crypto::parse_json_object(json, kReceiptBounds);
  if (!receipt || !receipt->contains("backEnds")) return;
  for (const auto& call : (*receipt)["backEnds"]) {
    auto name = call.contains("title") ? call.value("title", "") : call.value("backEnd", "");
    add_confirmation(std::move(name), call.value("outcome", ""), to);
  }
}

}  // namespace

ReceiptLinks::ReceiptLinks(const crypto::SealingSecrets& secrets, const base::Clock& clock, const Receipts& receipts,
                           ReceiptBook* book)
    : clock_(clock), receipts_(receipts), book_(book), box_(secrets.or_random(), "receipt link") {}

std::string ReceiptLinks::seal(const std::vector<std::shared_ptr<Receipt>>& receipts) const {
  std::string text = std::to_string(base::unix_seconds(clock_.wall() + kReceiptLinkLifetime));
  for (std::size_t i = 0; i < receipts.size() && i < kMostLogouts; ++i) {
    text.append(" ").append(receipts[i]->id);
    // whichever replica is asked for it
    if (book_ != nullptr) book_->sketch(receipts[i]->id, to_json(*receipts[i]));
  }
  return box_.seal(text);
}

std::optional<std::vector<std::string>> ReceiptLinks::open(std::string_view sealed) const {
  if (sealed.size() > kLongestLink) return std::nullopt;
  const auto text = box_.open(sealed);
  if (!text) return std::nullopt;
  const auto words = base::split(*text, ' ');
  const auto ends = base::parse_unsigned(words.front());
  if (!ends || base::unix_seconds(clock_.wall()) >= static_cast<std::int64_t>(*ends)) return std::nullopt;
  return std::vector<std::string>(words.begin() + 1, words.end());
}

std::vector<std::string> ReceiptLinks::logouts_of(const http::Headers& request, std::string_view cookie_name) const {
  std::vector<std::string> logouts;
  http::for_each_cookie(request, [&](const http::CookiePair& pair) {
    if (pair.name != cookie_name || !logouts.empty()) return;
    if (auto opened = open(pair.value)) logouts = *std::move(opened);
  });
  return logouts;
}

base::Task<std::optional<std::vector<Confirmation>>> ReceiptLinks::confirmations(std::vector<std::string> logouts) {
  std::optional<std::vector<Confirmation>> all;
  for (const auto& id : logouts) {
    if (const auto open = receipts_.find(id)) {
      add_open_receipt(*open, all ? *all : all.emplace());
      continue;
    }
    if (book_ == nullptr) continue;
    auto reading = read_newest(*book_, id);
    const auto found = co_await reading;
    if (!found) base::log_warning("logout.receipt_book", {{"fault", describe(found.error())}});
    if (found && *found) add_written_receipt(**found, all ? *all : all.emplace());
  }
  co_return all;
}

}  // namespace router::logout
