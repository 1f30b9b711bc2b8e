// An HttpClient whose calls go out from several loops: those to one host and port from one of them, which has the
// connections there.
//
// send() is called on the home loop and comes back to it; what goes out and comes home are values. Who asks knows neither
// how many loops there are nor which one it is. Owner: app/call_loops. Errors: those of the clients.
#pragma once

#include <vector>

#include "base/loop.h"
#include "net/http_client.h"

namespace router::net {

class SpreadHttpClient final : public HttpClient {
 public:
  // Both outlive this.
  struct Place {
    base::Loop& loop;
    HttpClient& client;  // of that loop
  };

  // At least one place.
  SpreadHttpClient(base::Loop& home, std::vector<Place> places) : home_(home), places_(std::move(places)) {}

  base::Task<base::Result<ClientResponse>> send(ClientRequest request) override;

 private:
  base::Loop& home_;
  std::vector<Place> places_;
};

}  // namespace router::net
