// HttpClient over a BackendPool. Included by app/ only.
#pragma once

#include "base/clock.h"
#include "net/backend_connection.h"
#include "net/http_client.h"

namespace router::net {

class AsioHttpClient final : public HttpClient {
 public:
  AsioHttpClient(BackendPool& pool, const base::Clock& clock) : pool_(pool), clock_(clock) {}

  base::Task<base::Result<ClientResponse>> send(ClientRequest request) override;

 private:
  struct Attempted {
    base::Result<ClientResponse> response;
    bool was_stale = false;  // it failed on a kept-alive connection that had been closed
  };
  base::Task<Attempted> attempt(const ClientRequest& request, const BackendOrigin& origin, base::SteadyTime ends_by,
                                bool fresh);
  static base::Task<base::Result<ClientResponse>> converse(const ClientRequest& request, BackendConnection& connection);

  BackendPool& pool_;
  const base::Clock& clock_;
};

}  // namespace router::net
