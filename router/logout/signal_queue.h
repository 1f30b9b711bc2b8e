// Signals that wait until their subscriber fetches them: those calls of the fan-out that nobody is called by.
//
// A call is offered; it ends when the subscriber acknowledges it, or says that it does not accept it, and when nobody has
// done so for kPatience, or until the fan-out gives it up: then it is for that to offer it again. One that is offered twice
// at a time has one outcome. So there are at most
// as many as calls of one lane run at a time, beside verifications (FanOut::tell_once), and what waits behind them is
// durable as any call is. Each poll gets
// what nobody has acknowledged yet, the oldest first. What a poll acknowledges that nobody offers here another replica
// may: it is kept for that one, which looks for it every kLongestWait from when it has handed the token out. A poll
// that finds nothing waits for kLongestWait: another replica may have something. Owner: app/parts, beyond reloads.
// Background loop. Source: RFC 8936 section 2.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "session/shared_state.h"

namespace router::logout {

class SignalQueue {
 public:
  static constexpr base::milliseconds kPatience{600'000};
  static constexpr base::milliseconds kLongestWait{5'000};
  static constexpr std::size_t kMostPolls = 16;  // of one subscriber, at a time

  SignalQueue(base::Loop& loop, session::SharedState& shared) : loop_(loop), shared_(shared) {}

  struct Answer {
    bool is_accepted = false;
    std::string why_not = {};  // may be empty
  };
  // Ends after kPatience or `at_most`. Errors: refused (nobody has fetched it).
  base::Task<base::Result<Answer>> offer(std::string audience, std::string jti, std::string token,
                                         base::milliseconds at_most);

  struct Poll {
    std::vector<std::pair<std::string, Answer>> answers;  // by jti
    std::size_t most = 0;
    bool waits = true;
  };
  struct Batch {
    std::vector<std::pair<std::string, std::string>> sets;  // by jti
    bool more_available = false;
  };
  // Errors: overloaded (too many at a time).
  base::Task<base::Result<Batch>> poll(std::string audience, Poll poll);

 private:
  struct Offered {
    std::string jti;
    std::string token;
    bool is_handed_out = false;
    std::optional<Answer> answer;  // then it is over
    base::Event ended;
  };
  using OfferedPtr = std::shared_ptr<Offered>;
  struct Subscriber {
    std::list<OfferedPtr> offered;  // the oldest first
    std::map<std::string, std::list<OfferedPtr>::iterator> by_jti;
    std::vector<std::shared_ptr<base::Event>> polls;  // that wait
    std::size_t polling = 0;
  };
  static OfferedPtr take_out(Subscriber& of, const std::string& jti);      // null: nobody offers it
  static bool end(Subscriber& of, const std::string& jti, Answer answer);  // false: likewise
  base::Task<void> take_answers(std::string audience, std::vector<std::pair<std::string, Answer>> answers);
  void look_later(std::string audience, std::weak_ptr<Offered> offered);
  static base::Task<void> look(SignalQueue* self, std::string audience, OfferedPtr offered);

  base::Loop& loop_;
  session::SharedState& shared_;
  std::map<std::string, Subscriber> subscribers_;  // by audience; as many as the configuration had
};

}  // namespace router::logout
