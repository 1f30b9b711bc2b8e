#include "identity/service_token.h"

#include <utility>

#include "identity/metadata.h"

namespace router::identity {

base::Task<base::Result<TokenAnswer>> ask_service_token(std::shared_ptr<const config::ServiceClient> service,
                                                        base::Secret user_token, std::string tenant, Parts parts) {
  TokenClient client(service->client, parts);
  auto endpoints =
      at_tenant(service->client, std::make_shared<const Metadata>(xsuaa_metadata(service->client)), tenant);
  auto asking = client.exchange_user_token(std::move(endpoints), std::move(user_token));
  auto answer = co_await asking;
  co_return answer;
}

}  // namespace router::identity
