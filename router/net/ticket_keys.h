// The keys that TLS session tickets are sealed with: they change with time, so that a key that leaks opens
// little.
//
// A new key every hour; a ticket of the one before is still taken, and renewed. A ticket lives two hours at
// most. What is sealed with keys of another process or of before a reload is no fault: the handshake is a
// full one. Owner: ServerTls. Any thread. Source: RFC 8446 section 4.6.1, RFC 5077 section 5.5.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace router::net {

class TicketKeys {
 public:
  static constexpr base::minutes kRotateEvery{60};

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    base::SteadyTime made{};
  };
  struct Found {
    Key key;
    bool is_current = false;
  };

  explicit TicketKeys(const base::Clock& clock);

  // For a new ticket; absent where there is no randomness.
  std::optional<Key> current();
  // For a ticket that comes back.
  std::optional<Found> find(std::string_view name);

  // Tickets of this context are sealed by these keys, which outlive its connections.
  void install(SSL_CTX* context);

 private:
  bool rotate();

  const base::Clock& clock_;
  std::mutex mutex_;
  std::optional<Key> current_;
  std::optional<Key> previous_;
};

}  // namespace router::net
