#include "net/bounded_body.h"

namespace router::net {

base::Task<base::Result<std::string>> read_bounded_body(Exchange& exchange, std::size_t most) {
  std::string body;
  while (body.size() <= most) {
    auto piece = co_await exchange.read_body();
    if (!piece) co_return piece.error();
    body.append(piece->data);
    if (piece->last) break;
  }
  co_return body;
}

}  // namespace router::net
