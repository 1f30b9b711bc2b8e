#include "net/connections.h"

#include "net/client_connection.h"

namespace router::net {

void Connections::add(ClientConnection& connection) {
  connection.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &connection;
  first_ = &connection;
  ++count_;
}

void Connections::remove(ClientConnection& connection) {
  if (connection.previous_ != nullptr) {
    connection.previous_->next_ = connection.next_;
  } else {
    first_ = connection.next_;
  }
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  --count_;
}

void Connections::drain() {
  draining_ = true;
  for (auto* connection = first_; connection != nullptr; connection = connection->next_) connection->drain();
}

void Connections::abort_all() {
  for (auto* connection = first_; connection != nullptr;) {
    auto* const next = connection->next_;
    connection->abort();
    connection = next;
  }
}

}  // namespace router::net
