#include "session/session_record.h"

#include <concepts>
#include <type_traits>
#include <utility>

#include "base/packed.h"

namespace router::session {

template <class Record, class Type>
concept RecordOf = std::same_as<std::remove_const_t<Record>, Type>;

// Found by base/packed.h: the members, in the order of the bytes.
template <class Archive, RecordOf<BackendCookie> Cookie>
void fields(Archive& archive, Cookie& cookie) {
  archive(cookie.destination, cookie.name, cookie.value, cookie.path, cookie.secure);
}

template <class Archive, RecordOf<ServiceToken> Token>
void fields(Archive& archive, Token& token) {
  archive(token.service, token.token, token.good_until);
}

template <class Archive, RecordOf<ApplicationLogout> Logout>
void fields(Archive& archive, Logout& logout) {
  archive(logout.application, logout.back_end, logout.path, logout.method, logout.is_service, logout.gets_token,
          logout.prefer_local);
}

namespace {

// Raised with every change of the list below; what an older version wrote is read by a list of its own, and an older
// version is kept from the file by a step of its schema (storage/records.cpp).
constexpr std::uint64_t kFormat = 2;
constexpr std::uint64_t kWithoutApplications = 1;

template <class Archive, class Any>
void session_fields(Archive& archive, Any& session) {
  auto& tokens = session.tokens;
  archive(session.generation, session.is_anonymous, session.home);
  archive(session.provider, session.issuer, session.subject, session.idp_session_id, session.tenant);
  archive(session.subdomain, session.user_name, session.claims, session.scopes);
  archive(tokens.access_token, tokens.refresh_token, tokens.id_token, tokens.obtained, tokens.access_expires);
  archive(session.csrf_token, session.service_tokens, session.backend_cookies);
  archive(session.logout_details, session.ended_applications);
  archive(session.login_started, session.created, session.idle_timeout, session.ends_at_latest);
}

}  // namespace

base::Secret pack(const Session& session) {
  base::Packer packer;
  packer(kFormat, base::Secret(std::string(session.id.reveal())),
         base::Secret(std::string(session.anonymous_before.reveal())));
  session_fields(packer, session);
  packer(session.application_logouts, session.addresses, session.origin);
  return packer.take();
}

std::optional<Session> unpack_session(std::string_view bytes) {
  base::Unpacker unpacker(bytes);
  std::uint64_t format = 0;
  base::Secret id;
  base::Secret anonymous_before;
  unpacker(format, id, anonymous_before);
  if (format != kFormat && format != kWithoutApplications) return std::nullopt;
  Session session;
  session_fields(unpacker, session);
  if (format == kFormat) unpacker(session.application_logouts, session.addresses, session.origin);
  auto own = SessionId::parse(id.reveal());
  auto before =
      anonymous_before.empty() ? std::optional<SessionId>(SessionId()) : SessionId::parse(anonymous_before.reveal());
  if (!unpacker.is_whole() || !own || !before) return std::nullopt;
  session.id = *std::move(own);
  session.anonymous_before = *std::move(before);
  return session;
}

}  // namespace router::session
