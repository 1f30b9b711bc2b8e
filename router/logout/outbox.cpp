#include "logout/outbox.h"

#include <utility>

namespace router::logout {
namespace {

bool fits_text(const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; }

}  // namespace

bool matches(const CallFilter& filter, const KeptCall& kept) {
  const CallRecord& call = *kept.unfinished.call;
  return (!filter.state || *filter.state == kept.state) && fits_text(filter.call_id, call.id) &&
         fits_text(filter.logout_id, call.logout_id) && fits_text(filter.back_end, call.back_end);
}

ListedCall listed(KeptCall kept) {
  const auto& [call, attempts, due] = kept.unfinished;
  return {call->id, call->logout_id, call->back_end, kept.state, attempts, std::move(kept.reason), call->created, due};
}

}  // namespace router::logout
