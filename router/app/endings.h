// Sessions that an operator ends: few at a time, so that whoever signs out meanwhile, logs in or makes requests does not
// feel it, and no back-end gets more calls than it takes.
//
// Each batch is an ordinary logout (cause admin). Sessions that begin after the ending has begun are not meant. Goes on
// until none is left, or the router stops; how far it has come is known by its id, of the last ones.
// Owner: app/operations. Background loop only. Source: docs/contract/operations.md "Management port".
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/loop.h"
#include "base/task.h"
#include "logout/service.h"
#include "management/operations.h"
#include "session/store.h"

namespace router::app {

enum class EndingState { running, done, failed };
std::string_view to_string(EndingState state);

struct Ending {
  std::string id;
  std::string what;  // for people
  EndingState state = EndingState::running;
  std::uint64_t matching = 0;  // when it began
  bool more = false;           // there may have been more
  std::uint64_t ended = 0;
  base::WallTime started;
  std::optional<base::WallTime> finished;
  std::string logout_id;  // of the first receipt
  std::string fault;
};
// JSON.
std::string to_json(const Ending& ending);

class Endings {
 public:
  static constexpr std::size_t kBatch = 100;
  static constexpr base::milliseconds kPause{20};
  static constexpr std::size_t kMostCounted = 10'000;
  static constexpr std::size_t kMostRunning = 8;
  static constexpr std::size_t kKept = 64;

  using End = std::function<base::Task<base::Result<logout::Ended>>(logout::Selection)>;
  struct Given {
    session::Store& store;
    base::Loop& loop;
    const base::Clock& clock;
    End end;  // by the rules in force
    std::function<bool()> is_stopping;
  };
  explicit Endings(Given given) : given_(std::move(given)) {}

  // JSON: of an ending that has begun, or with dry_run how many there are. Errors: unavailable, overloaded.
  base::Task<base::Result<std::string>> begin(management::EndWish wish);
  // That one, at once. JSON. Errors: unavailable, not_found.
  base::Task<base::Result<std::string>> end_one(std::string fingerprint);
  // Null: none of that id, or long ago.
  std::shared_ptr<const Ending> find(std::string_view id) const;

 private:
  using Filter = session::SessionFilter;
  struct Matching {
    std::uint64_t count = 0;
    bool more = false;
  };
  base::Task<base::Result<Matching>> count(Filter filter, bool all);
  static base::Task<void> run(Endings* self, std::shared_ptr<Ending> ending, Filter filter);
  struct Looked {  // up at a time
    std::vector<session::SessionId> found;
    std::size_t ended = 0;
  };
  base::Task<base::Result<Looked>> end_some(std::shared_ptr<Ending> ending, Filter filter);
  void keep(std::shared_ptr<Ending> ending);
  std::size_t running() const;

  Given given_;
  std::deque<std::shared_ptr<Ending>> kept_;  // newest last
};

}  // namespace router::app
