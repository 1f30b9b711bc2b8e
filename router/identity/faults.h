// The errors of this folder, all on the identity provider's side.
#pragma once

#include <string>

#include "base/error.h"

namespace router::identity {

// A check, or the provider, said no.
inline base::Error refused_credential(std::string detail) {
  return {base::ErrorCode::unauthenticated, base::Side::identity_provider, std::move(detail)};
}
// The provider's answer is not what the protocol says.
inline base::Error bad_answer(std::string detail, bool retryable = false) {
  return {base::ErrorCode::protocol, base::Side::identity_provider, std::move(detail), retryable};
}
// Metadata or keys are missing for now.
inline base::Error provider_unavailable(std::string detail) {
  return {base::ErrorCode::unavailable, base::Side::identity_provider, std::move(detail), true};
}

}  // namespace router::identity
