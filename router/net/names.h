// The addresses of names: each name is asked for once at a time, however many wait for it, and its answer is kept for a
// short while, good or bad. Names below "localhost" are this machine (RFC 6761 section 6.3).
//
// One a loop, owned by its back-end pool. A question that nobody waits for any longer is given up, so that a name whose
// servers are silent holds nothing. Bounded: kMostKept answers. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/wake.h"
#include "net/name_query.h"

namespace router::net {

class Names {
 public:
  // A good answer is kept as long as the name servers allow, within these bounds; a bad one for kBadFor.
  static constexpr base::seconds kGoodAtLeast{1};
  static constexpr base::seconds kGoodAtMost{30};
  static constexpr base::seconds kBadFor{1};
  static constexpr std::size_t kMostKept = 1024;

  Names(base::Loop& loop, const base::Clock& clock, AskNameServers ask);
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // One caller's wait for the addresses of `name`, which may also be an address:
  //   Names::Question question(names, host);
  //   co_await question.answered();
  //   question.answer()...
  class Question {
   public:
    Question(Names& names, const std::string& name);
    ~Question() { leave(); }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    base::Wake::Awaiter answered() { return wake_.wait(); }
    const NameAnswer& answer() const { return answer_; }
    // The wait ends soon, without addresses.
    void give_up();

   private:
    friend class Names;
    void leave();

    Names& names_;
    std::string name_;
    base::Wake wake_;
    NameAnswer answer_;
  };

 private:
  struct Flight {
    std::unique_ptr<NameQuery> query;
    std::vector<Question*> askers;
  };
  struct Kept {
    NameAnswer answer;
    base::SteadyTime until;
  };

  const NameAnswer* kept(const std::string& name) const;
  void join(Question& question);
  void landed(const std::string& name, NameAnswer answer);
  void keep(const std::string& name, const NameAnswer& answer);

  base::Loop& loop_;
  const base::Clock& clock_;
  AskNameServers ask_;
  std::unordered_map<std::string, Flight> flights_;
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace router::net
