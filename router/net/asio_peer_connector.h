// PeerConnector over Asio: one a loop. Included by net/ and app/ only.
//
// Owner: app/parts; outlives the connections it makes, as does `loop`. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "net/asio_loop.h"
#include "net/names.h"
#include "net/peer_connection.h"
#include "net/tls.h"

namespace router::net {

class AsioPeerConnector final : public PeerConnector {
 public:
  // `name_servers`: as PoolLimits::name_servers.
  AsioPeerConnector(AsioLoop& loop, PeerTls tls, std::vector<std::string> name_servers = {});

  base::Loop& loop() override { return loop_; }
  std::unique_ptr<PeerConnection> make(const PeerAddress& address) override;

 private:
  class Connection;

  AsioLoop& loop_;
  PeerTls tls_;
  ClientTls contexts_;
  base::SystemClock clock_;
  Names names_;
};

}  // namespace router::net
