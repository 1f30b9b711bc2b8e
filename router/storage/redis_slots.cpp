#include "storage/redis_slots.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace router::storage {

namespace {

constexpr std::size_t kMostMasters = 4096;

std::optional<std::int64_t> slot_number(const RedisReply* item, std::int64_t limit) {
  const auto number = item != nullptr ? item->as_number() : std::nullopt;
  if (!number || *number < 0 || *number >= limit) return std::nullopt;
  return number;
}

std::optional<net::PeerAddress> master_in(const RedisReply& range, const net::PeerAddress& asked) {
  const auto* const node = range.item(2);
  if (node == nullptr || !node->is_array()) return std::nullopt;
  const auto port = slot_number(node->item(1), 65536);
  const auto* const host = node->item(0);
  if (!port || host == nullptr || *port == 0) return std::nullopt;
  // a node whose name is not known yet answers "?"
  if (host->text == "?") return std::nullopt;
  return net::PeerAddress{host->text.empty() ? asked.host : host->text, static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::optional<RedisSlots> RedisSlots::read(const RedisReply& reply, const net::PeerAddress& asked) {
  if (!reply.is_array()) return std::nullopt;
  RedisSlots slots;
  for (const auto& range : reply.items) {
    const auto first = slot_number(range.item(0), kRedisSlots);
    const auto last = slot_number(range.item(1), kRedisSlots);
    if (!first || !last || *first > *last) return std::nullopt;
    const auto master = master_in(range, asked);
    if (!master) continue;
    const auto number = slots.number_of(*master);
    if (number == 0) return std::nullopt;
    std::fill(slots.owners_.begin() + *first, slots.owners_.begin() + *last + 1, number);
  }
  return slots;
}

std::uint16_t RedisSlots::number_of(const net::PeerAddress& master) {
  const auto known = std::find(masters_.begin(), masters_.end(), master);
  if (known != masters_.end()) return static_cast<std::uint16_t>(known - masters_.begin() + 1);
  if (masters_.size() >= kMostMasters) return 0;
  masters_.push_back(master);
  return static_cast<std::uint16_t>(masters_.size());
}

const net::PeerAddress* RedisSlots::owner(std::uint16_t slot) const {
  const auto number = slot < kRedisSlots ? owners_[slot] : 0;
  return number != 0 ? &masters_[number - 1U] : nullptr;
}

void RedisSlots::move(std::uint16_t slot, const net::PeerAddress& to) {
  if (slot < kRedisSlots) owners_[slot] = number_of(to);
}

std::optional<RedisRedirect> read_redirect(const RedisReply& reply, const net::PeerAddress& asked) {
  const auto name = reply.error_name();
  if (name != "MOVED" && name != "ASK") return std::nullopt;
  RedisRedirect redirect;
  redirect.is_ask = name == "ASK";
  std::string_view rest = reply.text;
  rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  const auto space = rest.find(' ');
  const auto colon = rest.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return std::nullopt;
  const auto host = rest.substr(space + 1, colon - space - 1);
  redirect.to.host = host.empty() ? asked.host : std::string(host);
  const auto slot = base::parse_unsigned(rest.substr(0, space));
  if (!slot || *slot >= kRedisSlots) return std::nullopt;
  const auto port = base::parse_unsigned(rest.substr(colon + 1));
  if (!port || *port == 0 || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  redirect.slot = static_cast<std::uint16_t>(*slot);
  redirect.to.port = static_cast<std::uint16_t>(*port);
  return redirect;
}

}  // namespace router::storage
