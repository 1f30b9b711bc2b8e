// Calls that were recorded together, as one record of a file: what they have in common is written once, and what is settled
// of them in one go is one write.
//
// Pure; any thread. Source: docs/contract/durability.md "SQLite".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "logout/outbox.h"

namespace router::logout {

struct BatchedCall {
  Unfinished unfinished;
  std::uint64_t place = 0;  // behind the batch in the order of records, if it has one of its own some day
};
// Never empty.
using CallBatch = std::vector<BatchedCall>;

// Plain: what holds cookies and tokens is sealed before it is written.
base::Secret pack(const CallBatch& batch);
// Absent: no batch, or one of a format that this version does not know.
std::optional<CallBatch> unpack_batch(std::string_view bytes);

}  // namespace router::logout
