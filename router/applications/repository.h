// The HTML5 application repository: which applications there are, by their descriptors.
//
// One question for one descriptor, with the router's own token of the tenant; a token that is refused is fetched anew
// and the question asked once more, one that the repository does not answer well once more after 200 ms. Nothing is kept
// here (applications/catalogue). Background loop. Owner: the graph, by shared_ptr. Errors: internal (the application has
// no usable descriptor: 500), protocol, refused (502), timeout (504), those of identity/client_tokens.
// Source: docs/contract/html5.md section 1.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "applications/name.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/client_tokens.h"
#include "net/http_client.h"

namespace router::applications {

// The fields that say for whom the repository is asked: tenantid, x-app-host-id. `tenant`: its subdomain; empty: nobody
// in particular, which is the provider.
std::vector<config::Header> repository_fields(const config::Repository& repository, const std::string& tenant,
                                              const std::string& host_ids);

class Repository {
 public:
  static constexpr std::size_t kLongestDescriptor = 1024 * 1024;

  // `config` has a repository.
  Repository(std::shared_ptr<const config::Configuration> config, std::shared_ptr<identity::ClientTokens> tokens,
             identity::Parts parts)
      : config_(std::move(config)), tokens_(std::move(tokens)), parts_(parts) {}

  const config::Repository& binding() const { return *config_->repository; }
  // The text of xs-app.json; absent: there is no such application.
  base::Task<base::Result<std::optional<std::string>>> descriptor(Name name, std::string tenant);

  // For what is asked of it on behalf of a request; empty without a client. Comes back to `home`.
  base::Task<base::Result<base::Secret>> token(std::string tenant, base::Loop& home) const;
  void drop_token(const std::string& tenant, const base::Secret& token) const;

 private:
  base::Task<base::Result<net::ClientResponse>> ask(Name name, std::string tenant);
  base::Task<base::Result<net::ClientResponse>> ask_with_good_token(Name name, std::string tenant);

  std::shared_ptr<const config::Configuration> config_;
  std::shared_ptr<identity::ClientTokens> tokens_;
  const identity::Parts parts_;
};

}  // namespace router::applications
