#include "logout/call_batch.h"

#include <algorithm>
#include <utility>

#include "base/packed.h"

namespace router::logout {

namespace {

// 0 and 1 begin the record of a single call (logout/sqlite_outbox.cpp).
constexpr std::uint64_t kBatchFormat = 2;

}  // namespace

base::Secret pack(const CallBatch& batch) {
  const Credentials apart;
  std::vector<const Credentials*> shared;
  base::Packer calls;
  for (const auto& [unfinished, place] : batch) {
    const auto* const credentials = unfinished.call->credentials.get();
    const auto known = std::find(shared.begin(), shared.end(), credentials);
    calls(static_cast<std::uint64_t>(known - shared.begin()), place, std::uint64_t{unfinished.attempts}, unfinished.due,
          pack(*unfinished.call, apart));
    if (known == shared.end()) shared.push_back(credentials);
  }
  base::Packer packer;
  packer(kBatchFormat, std::uint64_t{shared.size()});
  for (const auto* one : shared) packer(one->access_token, one->expires, one->revoked.load());
  packer(std::uint64_t{batch.size()}, calls.take());
  return packer.take();
}

std::optional<CallBatch> unpack_batch(std::string_view bytes) {
  base::Unpacker unpacker(bytes);
  std::uint64_t format = 0;
  std::uint64_t count = 0;
  unpacker(format, count);
  if (format != kBatchFormat || count > bytes.size()) return std::nullopt;
  std::vector<std::shared_ptr<Credentials>> shared;
  while (shared.size() < count) {
    auto& one = *shared.emplace_back(std::make_shared<Credentials>());
    bool revoked = false;
    unpacker(one.access_token, one.expires, revoked);
    one.revoked = revoked;
  }
  base::Secret packed_calls;
  unpacker(count, packed_calls);
  if (!unpacker.is_whole() || count == 0) return std::nullopt;
  base::Unpacker calls(packed_calls.reveal());
  CallBatch batch;
  while (batch.size() < count) {
    auto& [unfinished, place] = batch.emplace_back();
    std::uint64_t credentials = 0;
    std::uint64_t attempts = 0;
    base::Secret packed;
    calls(credentials, place, attempts, unfinished.due, packed);
    auto call = unpack_call(packed.reveal());
    if (!call || credentials >= shared.size()) return std::nullopt;
    call->credentials = shared[credentials];
    unfinished.attempts = static_cast<unsigned>(attempts);
    unfinished.call = std::move(call);
  }
  return calls.is_whole() ? std::optional(std::move(batch)) : std::nullopt;
}

}  // namespace router::logout
