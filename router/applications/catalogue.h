// The applications that requests have asked for, each as the routes that it brings: by tenant and first segment.
//
// A descriptor is kept for five minutes, and for an hour more while the repository fails; that there is no application
// of a name as long. One that has not changed is not read again. One question per key and time, however many ask. There
// are 1000 places, half of them at most for names without an application, or whose answer is not there yet: those leave
// first, and a descriptor leaves for another one alone, whoever was asked for the longest ago. A failure is not kept, and
// a faulty descriptor is logged once. Made for one configuration, which an application's own goes over. Owner: the graph,
// by shared_ptr. find() from any loop, the work runs on the background loop. Errors: as applications/repository; internal
// (the descriptor cannot be used), overloaded. Source: docs/contract/html5.md section 1.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applications/repository.h"
#include "backend/route_set.h"
#include "base/single_flight.h"

namespace router::applications {

// One application of one tenant. Immutable.
struct Application {
  Name name;
  std::shared_ptr<const config::Configuration> config;  // its own
  std::shared_ptr<const backend::RouteSet> routes;
};
using Found = std::shared_ptr<const Application>;  // null: there is none of that name

// What is known of a name, for operators.
struct Kept {
  std::string tenant;         // its subdomain; empty: nobody in particular
  std::string segment;        // of the paths: what a drop names
  std::string name;           // without its version; empty: there is no application of that segment
  std::string version;        // that the path names; empty: the default one
  base::milliseconds age{0};  // since the repository was asked for it
  bool is_stale = false;      // the repository has failed since: this is what it said before
  bool is_faulty = false;     // its descriptor cannot be used
};

// An application out of its configuration: with the back-ends that its routes lead to.
using MakeRoutes = std::function<std::shared_ptr<const backend::RouteSet>(
    std::shared_ptr<const config::Configuration> config, const Name& name)>;

class Catalogue : public std::enable_shared_from_this<Catalogue> {
 public:
  static constexpr std::size_t kPlaces = 1000;
  static constexpr std::size_t kMostGuesses = kPlaces / 2;

  Catalogue(std::shared_ptr<const config::Configuration> central, std::shared_ptr<Repository> repository,
            MakeRoutes make_routes, identity::Parts parts)
      : central_(std::move(central)),
        repository_(std::move(repository)),
        make_routes_(std::move(make_routes)),
        parts_(parts) {}

  const Repository& repository() const { return *repository_; }
  // Without waiting; absent: it has to be asked for.
  std::optional<base::Result<Found>> known(const Name& name, const std::string& tenant) const;
  // Whether the repository has never told of it, as far as is known here: whoever asks may be guessing.
  bool is_guess(const Name& name, const std::string& tenant) const;
  // Comes back to `home`. `anew`: what is known does not count, at most once a second.
  base::Task<base::Result<Found>> find(Name name, std::string tenant, bool anew, base::Loop& home);

  // As if the repository had answered with this descriptor. Before the loops run.
  base::Result<Found> take(Name name, std::string tenant, std::string text);

  std::size_t size() const;
  // All that the repository has told of, by tenant and segment. Background loop, which says what an entry is.
  std::vector<Kept> kept() const;
  // False: it was not there. Empty segment: all of the tenant.
  bool drop(const std::string& tenant, const std::string& segment);

 private:
  struct Entry {
    std::optional<base::Result<Found>> answer;
    Found last_good;
    std::string digest;  // of last_good's descriptor
    base::SteadyTime asked;
    base::SteadyTime fresh_until;
    base::SteadyTime stale_until;  // of last_good, also where there is none
    bool has_answered = false;     // the repository, whether there is one
    bool is_logged = false;        // what is wrong with its descriptor; the background loop's
    bool is_stale = false;         // the repository has failed since
    base::SingleFlight flight;
  };
  using EntryPointer = std::shared_ptr<Entry>;
  struct Key {
    std::string tenant;
    std::string segment;
    auto operator<=>(const Key&) const = default;
  };

  EntryPointer entry_for(const Key& key);
  // Locked. Of those that nobody waits for, and `own`, who was asked for the longest ago; false: there is none.
  template <class Fits>
  bool drop_first(const Entry* own, const Fits& fits);
  bool drop_guess(const Entry* own);
  std::size_t guesses() const;                                                    // locked
  void take_over(const Key& key, Entry& entry, base::Result<Found> found) const;  // locked
  static base::Task<base::Result<Found>> ask(std::shared_ptr<Catalogue> self, Name name, std::string tenant, bool anew);
  static base::Task<void> look_up(std::shared_ptr<Catalogue> self, Name name, std::string tenant, EntryPointer entry);
  base::Result<Found> make(Entry& entry, Name name, const std::string& tenant, std::string text);
  void keep(const Key& key, Entry& entry, base::Result<Found> found);

  const std::shared_ptr<const config::Configuration> central_;
  const std::shared_ptr<Repository> repository_;
  const MakeRoutes make_routes_;
  const identity::Parts parts_;
  mutable std::mutex mutex_;  // guards the map and the answers in it; flights are the background loop's
  std::map<Key, EntryPointer> entries_;
};

}  // namespace router::applications
