// Whatever a Redis, or who stands for it, answers: replies are the same however their bytes are cut, within their
// limits, and what is made of them (redirects, the map of a cluster) names slots and ports that there are.
#include <algorithm>
#include <vector>

#include "fuzz/fuzz.h"
#include "storage/redis_reply.h"
#include "storage/redis_slots.h"

using namespace router;
using fuzz::require;
using storage::RedisReply;

namespace {

constexpr storage::RedisReplyLimits kLimits{.bytes = 4096, .items = 64};

struct Read {
  std::vector<RedisReply> replies;
  bool has_failed = false;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
  storage::RedisReplyReader reader(kLimits);
  Read read;
  for (; !bytes.empty() && !reader.has_failed(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    (void)reader.feed(bytes.substr(0, piece));
    while (auto reply = reader.next()) read.replies.push_back(*std::move(reply));
  }
  read.has_failed = reader.has_failed();
  return read;
}

bool are_same(const RedisReply& a, const RedisReply& b) {
  return a.kind == b.kind && a.number == b.number && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), are_same);
}

std::size_t count(const RedisReply& reply) {
  std::size_t items = 1;
  for (const auto& item : reply.items) items += count(item);
  return items;
}

void check_meaning(const RedisReply& reply) {
  const net::PeerAddress asked{"10.0.0.1", 7000};
  (void)reply.as_number();
  if (const auto redirect = storage::read_redirect(reply, asked)) {
    require(redirect->slot < storage::kRedisSlots && redirect->to.port != 0 && !redirect->to.host.empty(),
            "a redirect leads somewhere");
  }
  const auto slots = storage::RedisSlots::read(reply, asked);
  for (unsigned slot = 0; slots && slot < storage::kRedisSlots; slot += 257) {
    const auto* const owner = slots->owner(static_cast<std::uint16_t>(slot));
    require(owner == nullptr || (owner->port != 0 && !owner->host.empty()), "an owner is somewhere");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::as_text(data, size);
  // pieces that alone are within the limits: else one is refused whole
  const auto whole = read_in_pieces(bytes, 1024);
  const auto cut = read_in_pieces(bytes, 1);
  if (!whole.has_failed && !cut.has_failed) {
    require(std::equal(whole.replies.begin(), whole.replies.end(), cut.replies.begin(), cut.replies.end(), are_same),
            "however it is cut");
  }
  for (const auto& reply : whole.replies) {
    require(count(reply) <= kLimits.items, "no more than the limit");
    check_meaning(reply);
  }
  return 0;
}
