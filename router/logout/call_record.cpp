#include "logout/call_record.h"

#include <utility>

#include "base/packed.h"
#include "base/text.h"

namespace router::logout {
namespace {

// Raised with every change of the list below.
constexpr std::uint64_t kCallFormat = 4;
constexpr std::uint64_t kWithoutJar = 3;
constexpr std::uint64_t kWithoutSignal = 2;
constexpr std::uint64_t kWithoutTenant = 1;

using Fields = std::vector<std::pair<std::string, std::string>>;

template <class Archive, class Record, class Token>
void call_fields(Archive& archive, Record& call, Token& credentials, bool& revoked, Fields& forwarded) {
  archive(call.id, call.logout_id, call.target_name, call.back_end);
  archive(credentials.access_token, credentials.expires, revoked);
  archive(call.cookies, forwarded, call.created);
}

}  // namespace

unsigned number_of(std::string_view call_id) {
  const auto dot = call_id.rfind('.');
  if (dot == std::string_view::npos) return 0;
  return static_cast<unsigned>(base::parse_unsigned(call_id.substr(dot + 1)).value_or(0));
}

base::Secret pack(const CallRecord& call) { return pack(call, *call.credentials); }

base::Secret pack(const CallRecord& call, const Credentials& credentials) {
  bool revoked = credentials.revoked;
  Fields forwarded;
  for (const auto& field : call.forwarded) forwarded.emplace_back(field.name, field.value);
  base::Packer packer;
  packer(kCallFormat);
  call_fields(packer, call, credentials, revoked, forwarded);
  packer(call.tenant, call.session_origin, call.session_name, call.subject, call.signal, call.jar);
  return packer.take();
}

std::shared_ptr<CallRecord> unpack_call(std::string_view bytes) {
  base::Unpacker unpacker(bytes);
  std::uint64_t format = 0;
  unpacker(format);
  if (format < kWithoutTenant || format > kCallFormat) return nullptr;
  auto call = std::make_shared<CallRecord>();
  call->credentials = std::make_shared<Credentials>();
  Fields forwarded;
  bool revoked = false;
  call_fields(unpacker, *call, *call->credentials, revoked, forwarded);
  call->credentials->revoked = revoked;
  if (format >= kWithoutSignal) unpacker(call->tenant, call->session_origin, call->session_name, call->subject);
  if (format >= kWithoutJar) unpacker(call->signal);
  if (format == kCallFormat) unpacker(call->jar);
  if (!unpacker.is_whole() || call->id.empty()) return nullptr;
  for (auto& [name, value] : forwarded) call->forwarded.push_back({std::move(name), std::move(value)});
  return call;
}

}  // namespace router::logout
