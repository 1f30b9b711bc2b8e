// TLS contexts. Included by net/*.cpp and app/wiring only. The fence around OpenSSL's SSL side.
//
// TLS 1.2 or newer both ways. One ClientTls a loop; not thread-safe.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/backend_origin.h"

namespace router::net {

class ClientTls {
 public:
  // `ca_files`: PEM files trusted besides the system's (XS_CACERT_PATH). `reject_unauthorized` false switches all
  // verification off (NODE_TLS_REJECT_UNAUTHORIZED=0).
  ClientTls(std::vector<std::string> ca_files, bool reject_unauthorized);

  base::Result<boost::asio::ssl::context*> context(const TlsClientOptions& options);

 private:
  std::vector<std::string> ca_files_;
  bool reject_unauthorized_;
  std::vector<std::pair<TlsClientOptions, std::unique_ptr<boost::asio::ssl::context>>> contexts_;
};

}  // namespace router::net
