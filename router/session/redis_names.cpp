#include "session/redis_names.h"

#include "crypto/digest.h"

namespace router::session {

std::string RedisNames::hash_of(const SessionId& id) { return crypto::base64url_encode(crypto::sha256(id.reveal())); }

std::string RedisNames::digest(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const auto part : parts) whole.append(std::to_string(part.size())).append(":").append(part);
  return crypto::base64url_encode(crypto::sha256(whole));
}

unsigned RedisNames::shard_of(std::string_view hash) {
  unsigned sum = 0;
  for (const char character : hash) sum = sum * 31 + static_cast<unsigned char>(character);
  return sum % kShards;
}

std::vector<std::string> RedisNames::found_by(const Session& session) const {
  std::vector<std::string> names;
  if (!session.idp_session_id.empty()) names.push_back(index("sid", session.issuer, session.idp_session_id));
  if (!session.subject.empty()) names.push_back(index("sub", session.issuer, session.subject));
  if (!session.user_name.empty()) names.push_back(index("name", {}, session.user_name));
  if (!session.tenant.empty()) names.push_back(index("tenant", {}, session.tenant));
  for (const auto& address : session.addresses) names.push_back(index("address", {}, address));
  return names;
}

std::vector<std::string> RedisNames::found_by(const SessionFilter& filter) const {
  if (!filter.issuer.empty() && !filter.idp_session_id.empty()) {
    std::vector<std::string> names{index("sid", filter.issuer, filter.idp_session_id)};
    // one whose login came without a sid
    if (!filter.subject.empty()) names.push_back(index("sub", filter.issuer, filter.subject));
    return names;
  }
  if (!filter.issuer.empty() && !filter.subject.empty()) return {index("sub", filter.issuer, filter.subject)};
  if (!filter.user_name.empty()) return {index("name", {}, filter.user_name)};
  if (!filter.address.empty()) return {index("address", {}, filter.address)};
  if (!filter.tenant.empty()) return {index("tenant", {}, filter.tenant)};
  return {};
}

std::vector<std::string> RedisNames::ended_before(const Session& session) const {
  if (session.idp_session_id.empty()) {
    return {ended("subject", session.issuer, session.subject), ended("without-sid", session.issuer, session.subject)};
  }
  return {ended("subject", session.issuer, session.subject), ended("sid", session.issuer, session.idp_session_id),
          ended("unsigned", session.issuer, session.idp_session_id)};
}

std::vector<std::string> RedisNames::all_news() const {
  std::vector<std::string> names;
  for (unsigned shard = 0; shard < kShards; ++shard) names.push_back(news(shard));
  return names;
}

}  // namespace router::session
