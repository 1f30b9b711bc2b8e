#include "net/names.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"

namespace router::net {

namespace ip = boost::asio::ip;

namespace {

const base::CounterFamily kNameQuestions("xsrouter_look_ups_total",
                                         "Names that were asked of name servers, by result: found, failed, given_up.",
                                         {"result"});

// What is asked for in its place: whatever stands before ".localhost", it is this machine.
std::string asked_name(const std::string& name) { return name.ends_with(".localhost") ? "localhost" : name; }

}  // namespace

Names::Names(base::Loop& loop, const base::Clock& clock, AskNameServers ask)
    : loop_(loop), clock_(clock), ask_(std::move(ask)) {}

Names::~Names() = default;

Names::Question::Question(Names& names, const std::string& name)
    : names_(names), name_(asked_name(name)), wake_(names.loop_) {
  boost::system::error_code not_an_address;
  const auto address = ip::make_address(name_, not_an_address);
  if (!not_an_address) {
    answer_.addresses.push_back(address);
    wake_.end();
  } else if (const auto* const kept = names.kept(name_)) {
    answer_ = *kept;
    wake_.end();
  } else {
    names.join(*this);
  }
}

void Names::Question::give_up() {
  leave();
  if (wake_.end()) answer_.fault = "given up";
}

void Names::Question::leave() {
  const auto flight = names_.flights_.find(name_);
  if (flight == names_.flights_.end() || std::erase(flight->second.askers, this) == 0) return;
  if (!flight->second.askers.empty()) return;
  names_.flights_.erase(flight);
  kNameQuestions.with("given_up").add();
}

void Names::join(Question& question) {
  const std::string& name = question.name_;
  auto& flight = flights_[name];
  flight.askers.push_back(&question);
  if (!flight.query) flight.query = ask_(name, [this, name](NameAnswer answer) { landed(name, std::move(answer)); });
}

void Names::landed(const std::string& name, NameAnswer answer) {
  auto flight = flights_.extract(name);
  keep(name, answer);
  kNameQuestions.with(answer.addresses.empty() ? "failed" : "found").add();
  for (auto* const asker : flight.mapped().askers) {
    if (asker->wake_.end()) asker->answer_ = answer;
  }
}

const NameAnswer* Names::kept(const std::string& name) const {
  const auto found = kept_.find(name);
  return found != kept_.end() && clock_.steady() < found->second.until ? &found->second.answer : nullptr;
}

void Names::keep(const std::string& name, const NameAnswer& answer) {
  const auto now = clock_.steady();
  if (kept_.size() >= kMostKept) {
    std::erase_if(kept_, [now](const auto& entry) { return entry.second.until <= now; });
  }
  // that of a name nobody may have asked for again makes room
  if (kept_.size() >= kMostKept) kept_.erase(kept_.begin());
  const auto good_for = std::clamp(answer.good_for, kGoodAtLeast, kGoodAtMost);
  kept_.insert_or_assign(name, Kept{answer, now + (answer.addresses.empty() ? kBadFor : good_for)});
}

}  // namespace router::net
