// The loops that do for the background loop what costs much and needs no state of its: the router's own calls, to identity
// providers, to services, and to back-ends that are told of a logout; and signatures of receipts.
//
// As many as there are cores, four at most; each with a thread, connections and look-ups of its own. Who asks stays on the
// background loop, which has all that is known of logins and logouts; values go out, and come home. Nothing above knows
// how many there are. Owner: Parts. Made before the loops run; start() while signals are held, as
// its threads hold them too (net/signals.h); client() is used on the background loop. Source:
// docs/contract/architecture.md "Shapes" H22.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "config/model.h"
#include "net/asio_backend.h"
#include "net/asio_http_client.h"
#include "net/asio_loop.h"
#include "net/spread_http_client.h"

namespace router::app {

// Loops of the data plane.
std::size_t core_count(const config::Environment& environment);
// What back-ends and identity providers may answer with.
net::ParseLimits answer_limits(const config::Limits& limits);
// Of a buffer that a head fits into: something of what follows it does, too.
inline constexpr std::size_t kBehindHead = 1024;
// Of one that such an answer's head fits into.
std::size_t answer_buffer(const config::Limits& limits);

class CallLoops {
 public:
  CallLoops(base::Loop& background, const config::Environment& environment, const base::Clock& clock);
  ~CallLoops() { stop(); }

  void start();
  // Calls that are under way have no outcome. From then on nothing runs there.
  void stop();
  net::HttpClient& client() { return *client_; }
  // Where receipts are signed (logout/receipt_chain.h).
  base::Loop& signer() { return loops_.back()->loop; }
  std::vector<base::Loop*> all();

 private:
  struct One {
    One(const config::Environment& environment, const base::Clock& clock);
    net::AsioLoop loop;
    net::ClientTls tls;
    net::ParseLimits limits;
    net::AsioBackendPool pool;
    net::AsioHttpClient client;
    std::thread thread;
  };
  std::vector<std::unique_ptr<One>> loops_;
  std::unique_ptr<net::SpreadHttpClient> client_;
};

}  // namespace router::app
