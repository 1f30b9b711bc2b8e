// The management port: a listener and threads of its own, apart from the data plane. The fence around cpp-httplib.
//
// Owner: app/. Answers from start() until it is destroyed, which waits for the answers under way. One request a
// connection. Bounded are a line of a head (8 KiB), a body (64 KiB; it says how long it is, else 411) and the wait for the
// next bytes (2 s); not how many lines a head has, nor how long it all takes: who sends slowly enough keeps a thread, and
// the destructor waiting. So the port belongs where only operators reach it.
// Source: docs/contract/operations.md "Management port".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "management/operations.h"

namespace router::management {

struct ServerOptions {
  std::string bind = "127.0.0.1";  // an address, or unix:PATH
  std::uint16_t port = 0;          // 0: a free one
  base::Secret token;
  base::Secret read_token;
  std::string tls_certificate;  // a PEM file, with chain; empty: no TLS
  std::string tls_key;
};

class Server {
 public:
  // `operations` and `clock` outlive it.
  Server(ServerOptions options, Operations& operations, const base::Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port; 0 for a Unix socket. Errors: refused (in use, no permission), invalid_config (certificate, key).
  base::Result<std::uint16_t> start();

 private:
  struct Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace router::management
