#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/bound_redis.h"
#include "config/dialects/signals.h"
#include "config/files.h"
#include "config/read_environment.h"
#include "crypto/signing_key.h"

namespace router::config {
namespace {

constexpr const char* kFileName = "state.db";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::array<std::string_view, 6> kRedisSchemes = {"redis",           "rediss",        "redis+sentinel",
                                                           "rediss+sentinel", "redis+cluster", "rediss+cluster"};
constexpr std::uint64_t kLongestReceiptDays = 3650;
constexpr std::size_t kLongestKey = 64 * 1024;

// systemd's may name several, of which the first is ours.
void read_state_directory(const Variables& variables, const std::string& directory, Environment& environment) {
  auto named = variables.text("STATE_DIR");
  if (!named) {
    if (const auto given = variables.text("STATE_DIRECTORY")) named = std::string(base::cut(*given, ':').before);
  }
  if (named) environment.state_directory = path_in(directory, *named);
}

std::string shown_location(const StateLocation& location) {
  switch (location.kind) {
    case StoreKind::memory:
      return "memory";
    case StoreKind::sqlite:
      return std::string(kSqlite) + location.file;
    case StoreKind::redis:
      break;
  }
  return without_secrets(location.url.reveal(), {});
}

bool is_redis_url(std::string_view value) {
  const auto scheme_end = value.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const auto scheme = value.substr(0, scheme_end);
  const auto rest = value.substr(scheme_end + 3);
  return std::find(kRedisSchemes.begin(), kRedisSchemes.end(), scheme) != kRedisSchemes.end() && !rest.empty() &&
         rest.front() != '/';
}

// Absent: reported, if it is there.
std::optional<StateLocation> read_location(const Variables& variables, std::string_view name,
                                           const std::string& directory) {
  const auto value = variables.text(name);
  if (!value) return std::nullopt;
  if (*value == "memory") return StateLocation{};
  if (value->starts_with(kSqlite) && value->size() > kSqlite.size())
    return StateLocation{StoreKind::sqlite, path_in(directory, value->substr(kSqlite.size())), {}};
  if (is_redis_url(*value)) return StateLocation{StoreKind::redis, {}, Secret(*value)};
  if (*value == "redis") {
    variables.error(name, "\"redis\", and no Redis is bound", "a bound Redis, or its URL: redis://...");
    return std::nullopt;
  }
  const auto scheme = std::string(base::cut(*value, ':').before);
  // a URL may hold a password
  const bool is_url = value->find("://") != std::string::npos;
  variables.error(name, is_url ? show(std::string_view(scheme + "://...")) : show(std::string_view(*value)),
                  "memory, sqlite:<path>, redis://..., redis+sentinel://.../MASTER or redis+cluster://... "
                  "(rediss with TLS)",
                  nearest_hint(scheme, {"memory", "sqlite", "redis", "rediss", "redis+sentinel", "redis+cluster",
                                        "rediss+sentinel", "rediss+cluster"}));
  return std::nullopt;
}

// What is not named apart is in the Redis that is bound, else in STATE_DIR; the outbox goes where sessions are shared.
void read_locations(const Variables& variables, const std::string& directory, const std::vector<Binding>& bindings,
                    Environment& environment) {
  StateLocation unnamed;
  if (!environment.state_directory.empty())
    unnamed = {StoreKind::sqlite, path_in(environment.state_directory, kFileName), {}};
  const auto named = variables.text("SESSION_STORE");
  // "redis": the bound one
  const auto use = !named ? BoundRedis::may_be_used : *named == "redis" ? BoundRedis::is_named : BoundRedis::is_not;
  auto store = read_bound_redis(variables, bindings, use, environment);
  if (named && !store) store = read_location(variables, "SESSION_STORE", directory);
  environment.store = store.value_or(unnamed);
  const bool follows = environment.store.kind == StoreKind::redis || unnamed.kind == StoreKind::memory;
  const auto& default_outbox = follows ? environment.store : unnamed;
  // "redis": the one that SESSION_STORE names
  const bool is_the_same = variables.text("LOGOUT_OUTBOX") == "redis" && environment.store.kind == StoreKind::redis;
  environment.outbox =
      is_the_same ? environment.store : read_location(variables, "LOGOUT_OUTBOX", directory).value_or(default_outbox);
  variables.note("SESSION_STORE", shown_location(environment.store));
  variables.note("LOGOUT_OUTBOX", shown_location(environment.outbox));
}

void read_secrets(const Variables& variables, Environment& environment) {
  variables.read_sealing_secret("SESSION_SECRET", environment.session_secret);
  variables.read_sealing_secret("SESSION_SECRET_PREVIOUS", environment.previous_session_secret);
}

void check_secrets(const Variables& variables, const Environment& environment) {
  if (!environment.session_secret.empty()) return;
  const bool is_made = !environment.state_directory.empty();
  const bool stored = environment.store.kind != StoreKind::memory;
  const bool shared = environment.store.kind == StoreKind::redis || environment.outbox.kind == StoreKind::redis;
  if ((stored || environment.outbox.kind != StoreKind::memory) && (shared || !is_made)) {
    variables.error(stored ? "SESSION_STORE" : "LOGOUT_OUTBOX", "a durable store without SESSION_SECRET",
                    "SESSION_SECRET (or EXT_SESSION_MGT.sessionSecret), which encrypts the tokens in it");
  }
  if (!environment.previous_session_secret.empty() && !is_made) {
    variables.error("SESSION_SECRET_PREVIOUS", "a secret of before without one of now",
                    "SESSION_SECRET, with which all is sealed from now on");
  }
}

// Of the variable `of`, or of the file that the variable `of`_FILE names.
void read_signing_key(const Variables& variables, const std::string& directory, const std::string& of, Secret& target) {
  const std::string of_file = of + "_FILE";
  variables.read_secret(of, target);
  std::string name = of;
  if (const auto file = variables.text(of_file)) {
    name = of_file;
    if (variables.has(of)) variables.error(of_file, of_file + " beside " + of, "one of them");
    std::string reason;
    auto text = read_whole_file(path_in(directory, *file), kLongestKey, reason);
    if (!text) return variables.error(of_file, reason, "a file that can be read");
    target = Secret(*std::move(text));
  }
  if (target.empty()) return;
  target = Secret(with_line_ends(std::string(target.reveal())));
  const auto key = crypto::SigningKey::from_pem(target);
  if (!key || key->alg() != "ES256") {
    variables.error(name, "no such key", "a private key on the curve P-256, as PEM without passphrase");
  }
}

// As it is compared: without a final slash.
void read_signals_issuer(const Variables& variables, std::string& issuer) {
  variables.read_text("SIGNALS_ISSUER", issuer);
  if (issuer.empty()) return;
  if (!is_issuer_url(issuer))
    variables.error("SIGNALS_ISSUER", show(std::string_view(issuer), "SIGNALS_ISSUER"),
                    "an http or https URL without query and fragment");
  while (issuer.ends_with('/')) issuer.pop_back();
}

}  // namespace

void read_state_variables(const Variables& variables, const std::string& directory,
                          const std::vector<Binding>& bindings, Environment& environment) {
  read_state_directory(variables, directory, environment);
  read_secrets(variables, environment);
  read_locations(variables, directory, bindings, environment);
  check_secrets(variables, environment);
  auto days = std::chrono::floor<std::chrono::days>(environment.receipts_kept).count();
  variables.read_number("RECEIPTS_KEEP", days, 1, kLongestReceiptDays);
  environment.receipts_kept = std::chrono::days(days);
  read_signing_key(variables, directory, "RECEIPT_KEY", environment.receipt_key);
  read_signing_key(variables, directory, "SIGNING_KEY", environment.signing_key);
  read_signing_key(variables, directory, "SIGNING_KEY_PREVIOUS", environment.previous_signing_key);
  read_signals_issuer(variables, environment.signals_issuer);
}

}  // namespace router::config
