#include "app/state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/text.h"
#include "config/private_files.h"
#include "crypto/random.h"
#include "logout/memory_outbox.h"
#include "logout/redis_outbox.h"
#include "logout/sqlite_outbox.h"
#include "session/memory_store.h"
#include "session/redis_store.h"
#include "session/sqlite_store.h"

namespace router::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using config::StoreKind;

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kShortestSecret = 32;
constexpr std::size_t kLongestSecret = 4096;

Error cannot(const std::string& what, int fault) {
  return {ErrorCode::unavailable, Side::store, what + ": " + std::strerror(fault)};
}

Result<void> make_directory(const std::string& directory) {
  std::error_code fault;
  if (std::filesystem::create_directories(directory, fault)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, fault);
  }
  if (std::filesystem::is_directory(directory, fault)) return {};
  return cannot("STATE_DIR " + directory, fault ? fault.value() : ENOTDIR);
}

// Whole or not at all, and never over one that another process has made meanwhile.
Result<void> make_secret(const std::string& path) {
  const std::string unfinished = path + "." + crypto::random_token(8);
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return cannot(unfinished, errno);
  const std::string text = crypto::random_token() + "\n";
  const bool is_written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  const int fault = is_written ? 0 : errno;
  ::close(file);
  const bool is_there = is_written && (::link(unfinished.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int link_fault = errno;
  ::unlink(unfinished.c_str());
  if (is_there) return {};
  return cannot(path, is_written ? link_fault : fault);
}

session::StoreLimits store_limits(const config::Limits& limits) {
  return {limits.sessions, limits.anonymous_sessions, limits.anonymous_sessions_per_address};
}

// What is under way in Redis has ended some turns of the loops after its clients were closed.
constexpr base::milliseconds kLastTurns{100};

crypto::SealingSecrets sealing_secrets(const config::Environment& environment) {
  return {environment.session_secret, environment.previous_session_secret};
}

Result<std::optional<storage::RedisAddress>> address_in_redis(const config::StateLocation& location,
                                                              std::string_view name,
                                                              const config::Environment& environment) {
  std::optional<storage::RedisAddress> none;
  if (location.kind != StoreKind::redis) return none;
  auto address = redis_address(location, environment);
  if (!address)
    return Error{ErrorCode::invalid_config, Side::router, std::string(name) + ": " + address.error().detail};
  return std::optional(*std::move(address));
}

base::Task<void> restore_from(session::SqliteStore& store) {
  auto restoring = store.restore();
  co_await restoring;
}

Result<std::shared_ptr<storage::Records>> open_file(const std::string& path, const crypto::SealingSecrets& secrets) {
  if (auto made = make_directory(std::filesystem::path(path).parent_path().string()); !made) return made.error();
  auto opened = storage::Records::open(path, secrets);
  if (!opened) return opened.error();
  return std::shared_ptr<storage::Records>(*std::move(opened));
}

Result<base::Secret> read_secret_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return cannot(path, errno);
  std::string text(kLongestSecret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  base::Secret secret{std::string(base::trim(text))};
  if (secret.size() >= kShortestSecret && secret.size() <= kLongestSecret) return secret;
  return Error{ErrorCode::invalid_config, Side::store,
               path +
                   " holds no secret of 32 characters or more: put SESSION_SECRET back, or remove the file, with "
                   "which all that was kept is lost"};
}

}  // namespace

Result<std::unique_ptr<State>> State::open(const config::Environment& environment) {
  const auto& store = environment.store;
  const auto& outbox = environment.outbox;
  const auto secrets = sealing_secrets(environment);
  auto state = std::make_unique<State>();
  auto sessions_at = address_in_redis(store, "SESSION_STORE", environment);
  if (!sessions_at) return sessions_at.error();
  state->sessions_at = *std::move(sessions_at);
  auto outbox_at = address_in_redis(outbox, "LOGOUT_OUTBOX", environment);
  if (!outbox_at) return outbox_at.error();
  state->outbox_at = *std::move(outbox_at);
  auto& session_records = state->session_records;
  if (store.kind == StoreKind::sqlite) {
    auto opened = open_file(store.file, secrets);
    if (!opened) return opened.error();
    session_records = *std::move(opened);
  }
  if (outbox.kind == StoreKind::sqlite) {
    auto opened = outbox == store ? Result(session_records) : open_file(outbox.file, secrets);
    if (!opened) return opened.error();
    state->records = *std::move(opened);
  }
  const auto limits = store_limits(environment.limits);
  if (session_records) {
    auto sessions = std::make_unique<session::SqliteStore>(session_records, state->clock, limits);
    state->restored = sessions.get();
    state->sessions = std::move(sessions);
  } else if (!state->sessions_at) {
    state->sessions = std::make_unique<session::MemoryStore>(state->clock, limits);
  }
  if (state->records) {
    state->outbox = std::make_unique<logout::SqliteOutbox>(state->records, state->clock);
  } else if (!state->outbox_at) {
    state->outbox = std::make_unique<logout::MemoryOutbox>();
  }
  return state;
}

void State::use_redis(const config::Environment& environment, net::AsioLoop& background) {
  const auto link = [&](const storage::RedisAddress& address) -> storage::RedisClients& {
    links.push_back(std::make_unique<RedisLinks>(address, environment.name_servers, background));
    return links.back()->clients();
  };
  storage::RedisClients* clients = nullptr;
  const auto secrets = sealing_secrets(environment);
  if (sessions_at) {
    clients = &link(*sessions_at);
    session::RedisStoreOptions options;
    options.limits = store_limits(environment.limits);
    auto made = std::make_unique<session::RedisStore>(*clients, clock, secrets, options);
    redis_store = made.get();
    sessions = std::move(made);
  }
  if (outbox_at) {
    const bool is_same = clients != nullptr && environment.outbox == environment.store;
    outbox_clients = is_same ? clients : &link(*outbox_at);
    auto made = std::make_unique<logout::RedisOutbox>(*outbox_clients, clock, secrets, logout::RedisOutboxOptions());
    redis_outbox = made.get();
    outbox = std::move(made);
  }
}

void State::add_core(net::AsioLoop& core) {
  for (const auto& link : links) link->add(core);
}

void State::start() {
  if (restored != nullptr) base::start_detached(restore_from(*restored));
  if (redis_store != nullptr) redis_store->start();
  if (redis_outbox != nullptr) redis_outbox->start();
}

void State::stop(base::Loop& background, std::function<void()> done) {
  if (links.empty()) return done();
  if (redis_store != nullptr) redis_store->stop();
  if (redis_outbox != nullptr) redis_outbox->stop();
  for (const auto& link : links) link->close();
  background.after(kLastTurns, std::move(done));
}

void State::finish() {
  for (const auto& link : links) link->drop_cores();
  for (const auto& file : {session_records, records})
    if (file) file->finish();
}

Result<StateSecret> state_secret(const std::string& directory) {
  if (auto made = make_directory(directory); !made) return made.error();
  const std::string path = directory + "/" + config::kStateSecret;
  struct stat state {};
  bool is_new = false;
  if (::stat(path.c_str(), &state) != 0) {
    if (errno != ENOENT) return cannot(path, errno);
    if (auto made = make_secret(path); !made) return made.error();
    is_new = true;
  }
  if (::stat(path.c_str(), &state) != 0 || ((state.st_mode & 0077) != 0 && ::chmod(path.c_str(), kOwnerOnly) != 0))
    return cannot(path, errno);
  auto secret = read_secret_file(path);
  if (!secret) return secret.error();
  return StateSecret{*std::move(secret), path, is_new};
}

Result<void> check_state_secret(const std::string& directory) {
  const std::string path = directory + "/" + config::kStateSecret;
  struct stat state {};
  if (::stat(directory.c_str(), &state) == 0 && !S_ISDIR(state.st_mode))
    return cannot("STATE_DIR " + directory, ENOTDIR);
  if (::stat(path.c_str(), &state) != 0) return {};
  const auto secret = read_secret_file(path);
  return secret ? Result<void>() : secret.error();
}

void warn_of_memory(const config::Environment& environment) {
  const bool sessions = environment.store.kind == StoreKind::memory;
  const bool calls = environment.outbox.kind == StoreKind::memory;
  if (!sessions && !calls) return;
  base::log_warning("state.in_memory",
                    {{"ends_with_this_process", !calls      ? "sessions"
                                                : !sessions ? "unfinished logout calls and receipts"
                                                            : "sessions, unfinished logout calls and receipts"},
                     {"set", "STATE_DIR=<directory>"}});
}

}  // namespace router::app
