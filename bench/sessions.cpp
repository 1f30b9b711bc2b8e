// What sessions cost in the memory store, apart from their tokens (docs/contract/reliability.md C7).
//
//   bench-sessions N
//
// Makes N sessions as a login makes them, without tokens and claims, looks them up in any order, and prints
// one JSON object: bytes of resident memory of each, seconds to make them all, microseconds of a look-up.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "base/clock.h"
#include "session/memory_store.h"

namespace {

using namespace router;
using Steady = std::chrono::steady_clock;

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * 4096;
}

double seconds_since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }

session::Session make_session(std::size_t number) {
  session::Session session;
  session.id = session::SessionId::random();
  session.provider = "identity";
  session.issuer = "https://id.example.com";
  session.subject = "subject-" + std::to_string(number);
  session.idp_session_id = "sid-" + std::to_string(number);
  session.user_name = "user" + std::to_string(number) + "@example.com";
  session.scopes = {"openid"};
  return session;
}

// The memory store never suspends.
base::Task<void> make_all(session::Store& store, std::vector<session::SessionId>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto session = make_session(i);
    ids[i] = session.id;
    const auto created = co_await store.create(std::move(session));
    if (!created) std::abort();
  }
}

base::Task<void> look_up(session::Store& store, const std::vector<session::SessionId>& ids,
                         std::vector<double>& times) {
  std::mt19937_64 random(1);
  for (double& time : times) {
    const auto& id = ids[random() % ids.size()];
    const auto began = Steady::now();
    const auto found = co_await store.find(id);
    time = 1e6 * seconds_since(began);
    if (!found || !*found) std::abort();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  if (count == 0) return 2;
  const base::SystemClock clock;
  session::MemoryStore store(clock);
  std::vector<session::SessionId> ids(count);
  for (auto& id : ids) id = session::SessionId::random();  // their memory is not the store's
  const auto before = resident_bytes();
  const auto began = Steady::now();
  base::start_detached(make_all(store, ids));
  const double seconds = seconds_since(began);
  const auto bytes = resident_bytes() - before;
  std::vector<double> times(200'000);
  base::start_detached(look_up(store, ids, times));
  std::sort(times.begin(), times.end());
  const nlohmann::json figures{{"bytes_per_session", bytes / count},
                               {"create_all_s", seconds},
                               {"lookup_p50_us", times[times.size() / 2]},
                               {"lookup_p99_us", times[times.size() * 99 / 100]}};
  std::puts(figures.dump().c_str());
}
