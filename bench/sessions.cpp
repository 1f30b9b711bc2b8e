// Sessions without logins: fills a store as the router would, and says what they cost.
//
//   bench-sessions [--count N] [--issuer URL] [--token-bytes N] [--expires SECONDS] [--idle SECONDS] [--spread SECONDS]
//                  [--cookies FILE]
//
// The store is the one that SESSION_STORE, STATE_DIR and SESSION_SECRET name, as for the router; none is the memory of
// this process. Each session is one of the provider "oidc" at that issuer, as a login makes it; with --token-bytes it has
// an access token that long, "proof-<number>..." and no two alike, with --expires one that is to be refreshed then. It
// ends after --idle seconds from the start of this program, the last one --spread seconds after the first. --cookies:
// their ids, one a line, in that order. Prints one JSON object: bytes of resident memory of each, seconds to make them
// all, microseconds of a look-up.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <vector>

#include "app/state.h"
#include "config/load.h"
#include "config/read_environment.h"
#include "load/load.h"
#include "net/asio_loop.h"

namespace {

using namespace router;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 512;  // being written
constexpr std::size_t kLookUps = 50'000;

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * 4096;
}

double seconds_since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }

struct Filling {
  session::Store& store;
  const load::Options& options;
  std::vector<session::SessionId> ids;
  const Steady::time_point began = Steady::now();
  std::size_t next = 0;
  std::size_t running = kAtOnce;
  std::vector<double> look_ups{};  // us
  std::promise<void> done{};
};

session::Session make_session(const Filling& filling, std::size_t number) {
  const auto& options = filling.options;
  session::Session session;
  session.id = filling.ids[number];
  session.provider = "oidc";
  session.issuer = options.text("issuer", "https://id.example.com");
  session.subject = "subject-" + std::to_string(number);
  session.idp_session_id = "sid-" + std::to_string(number);
  session.user_name = "user" + std::to_string(number) + "@example.com";
  session.scopes = {"openid"};
  session.created = session.login_started = std::chrono::system_clock::now();
  const auto token_bytes = static_cast<std::size_t>(options.number("token-bytes", 0));
  if (token_bytes > 0) {
    std::string token = "proof-" + std::to_string(number) + ".";
    token.resize(std::max(token.size(), token_bytes), 'x');
    session.tokens.access_token = base::Secret(std::move(token));
  }
  const auto expires = static_cast<std::int64_t>(options.number("expires", 0));
  if (expires > 0) {
    session.tokens.refresh_token = base::Secret("refresh-" + std::to_string(number));
    session.tokens.obtained = session.created;
    session.tokens.access_expires = session.created + std::chrono::seconds(expires);
  }
  const double share = static_cast<double>(number) / static_cast<double>(filling.ids.size());
  const double ends = options.number("idle", 3'600) + share * options.number("spread", 0);
  session.idle_timeout = base::milliseconds(static_cast<std::int64_t>(1'000 * (ends - seconds_since(filling.began))));
  return session;
}

// One of kAtOnce.
base::Task<void> fill(Filling& filling) {
  while (filling.next < filling.ids.size()) {
    auto creating = filling.store.create(make_session(filling, filling.next++));
    const auto created = co_await creating;
    if (!created) load::fail("a session was not made: " + created.error().detail);
  }
  if (--filling.running == 0) filling.done.set_value();
}

base::Task<void> look_up(Filling& filling) {
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < kLookUps; ++i) {
    const auto began = Steady::now();
    auto finding = filling.store.find(filling.ids[random() % filling.ids.size()]);
    const auto found = co_await finding;
    filling.look_ups.push_back(1e6 * seconds_since(began));
    if (!found || !*found) load::fail("a session is not there");
  }
  filling.done.set_value();
}

void run_on(net::AsioLoop& loop, std::promise<void>& done, std::function<void()> work) {
  done = {};
  auto is_done = done.get_future();
  loop.post(std::move(work));
  is_done.wait();
}

}  // namespace

int main(int argc, char** argv) {
  const load::Options options(argc - 1, argv + 1);
  config::Issues issues;
  const auto environment =
      config::read_environment(config::Variables(config::process_environment(), nullptr, issues), ".");
  auto opened = app::State::open(environment);
  if (!opened) load::fail(opened.error().detail);
  net::AsioLoop loop;
  const auto state = *std::move(opened);
  state->use_redis(environment, loop);
  std::thread thread([&loop] { loop.run(); });

  Filling filling{*state->sessions, options, {}};
  filling.ids.resize(static_cast<std::size_t>(options.number("count", 1'000'000)));
  for (auto& id : filling.ids) id = session::SessionId::random();  // their memory is not the store's
  if (const auto file = options.text("cookies", ""); !file.empty()) {
    std::ofstream out(file);
    for (const auto& id : filling.ids) out << id.reveal() << '\n';
  }
  const auto before = resident_bytes();
  const auto began = Steady::now();
  run_on(loop, filling.done, [&] {
    state->start();
    for (std::size_t i = 0; i < kAtOnce; ++i) base::start_detached(fill(filling));
  });
  const double seconds = seconds_since(began);
  const auto bytes = resident_bytes() - before;
  run_on(loop, filling.done, [&] { base::start_detached(look_up(filling)); });
  auto& times = filling.look_ups;
  std::sort(times.begin(), times.end());
  const nlohmann::json figures{{"bytes_per_session", bytes / filling.ids.size()},
                               {"create_all_s", seconds},
                               {"lookup_p50_us", times[times.size() / 2]},
                               {"lookup_p99_us", times[times.size() * 99 / 100]}};
  std::puts(figures.dump().c_str());

  run_on(loop, filling.done, [&] { state->stop(loop, [&] { filling.done.set_value(); }); });
  loop.stop();
  thread.join();
  state->finish();
}
