// TLS contexts. Included by net/ and app/ only. The fence around OpenSSL's SSL side.
//
// TLS 1.2 or newer both ways. One ClientTls a loop; not thread-safe.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/backend_origin.h"

namespace router::net {

class ClientTls {
 public:
  // `ca_files`: PEM files trusted besides the system's (XS_CACERT_PATH). `reject_unauthorized` false switches all
  // verification off (NODE_TLS_REJECT_UNAUTHORIZED=0).
  ClientTls(std::vector<std::string> ca_files, bool reject_unauthorized);

  // Good until the next call; a connection that was made with it keeps what it needs. Errors: invalid_config.
  base::Result<boost::asio::ssl::context*> context(const TlsClientOptions& options, base::SteadyTime now);
  // Those that nobody has asked for in ten minutes belong to destinations that are gone, or to old certificates.
  void drop_unused(base::SteadyTime now);
  std::size_t size() const { return contexts_.size(); }

 private:
  struct Known {
    TlsClientOptions options;
    std::unique_ptr<boost::asio::ssl::context> context;
    base::SteadyTime used_at;
  };

  std::vector<std::string> ca_files_;
  bool reject_unauthorized_;
  std::vector<Known> contexts_;
};

}  // namespace router::net
