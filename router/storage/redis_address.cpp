#include "storage/redis_address.h"

#include <limits>
#include <optional>

#include "base/text.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

constexpr std::uint16_t kPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;

Error bad_url(std::string what) {
  return {ErrorCode::invalid_config, Side::router, "the Redis URL " + std::move(what)};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  const auto number = base::parse_unsigned(text);
  if (!number || *number > std::numeric_limits<Number>::max()) return std::nullopt;
  return static_cast<Number>(*number);
}

// What is before `mark`, which is cut off with it; everything where there is none.
std::string_view take_until(std::string_view& rest, char mark) {
  const auto at = rest.find(mark);
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

std::optional<net::PeerAddress> read_server(std::string_view text, std::uint16_t default_port) {
  net::PeerAddress address{{}, default_port};
  if (text.starts_with('[')) {
    text.remove_prefix(1);
    if (text.find(']') == std::string_view::npos) return std::nullopt;
    address.host = take_until(text, ']');
    if (!text.empty() && !text.starts_with(':')) return std::nullopt;
  } else {
    const auto at = text.find(':');
    address.host = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at);
  }
  if (!text.empty()) {
    const auto port = number_in<std::uint16_t>(text.substr(1));
    if (!port || *port == 0) return std::nullopt;
    address.port = *port;
  }
  if (address.host.empty()) return std::nullopt;
  return address;
}

std::optional<RedisLayout> read_scheme(std::string_view scheme, bool& secure) {
  secure = scheme.starts_with("rediss");
  scheme.remove_prefix(secure ? 6 : scheme.starts_with("redis") ? 5 : 0);
  if (scheme.empty()) return RedisLayout::standalone;
  if (scheme == "+sentinel") return RedisLayout::sentinel;
  if (scheme == "+cluster") return RedisLayout::cluster;
  return std::nullopt;
}

bool read_login(std::string_view text, RedisLogin& login) {
  const auto user = base::percent_decode(take_until(text, ':'));
  auto password = base::percent_decode(text);
  if (!user || !password) return false;
  login = {*user, base::Secret(std::move(*password))};
  return true;
}

// "1" or "MASTER/1" behind the servers.
bool read_path(std::string_view path, RedisAddress& address) {
  if (address.layout == RedisLayout::sentinel) {
    const auto master = base::percent_decode(take_until(path, '/'));
    if (!master || master->empty()) return false;
    address.master = *master;
  }
  if (path.empty()) return true;
  const auto database = number_in<unsigned>(path);
  if (!database) return false;
  address.database = *database;
  return true;
}

bool read_option(std::string_view option, RedisAddress& address) {
  const auto name = take_until(option, '=');
  if (name != "db") return false;
  const auto database = number_in<unsigned>(option);
  address.database = database.value_or(0);
  return database.has_value();
}

}  // namespace

Result<RedisAddress> parse_redis_url(std::string_view url) {
  RedisAddress address;
  const auto mark = url.find("://");
  const auto layout =
      mark == std::string_view::npos ? std::nullopt : read_scheme(url.substr(0, mark), address.tls.is_on);
  if (!layout) return bad_url("begins with none of redis://, rediss://, redis(s)+sentinel://, redis(s)+cluster://");
  address.layout = *layout;
  url.remove_prefix(mark + 3);

  // a password may hold anything but what has to be written with %: the last @ before the path counts
  auto options = url;
  auto path = take_until(options, '?');
  auto servers = take_until(path, '/');
  if (const auto at = servers.rfind('@'); at != std::string_view::npos) {
    if (!read_login(servers.substr(0, at), address.login)) return bad_url("has a login with a wrong % escape");
    servers.remove_prefix(at + 1);
  }
  const auto port = address.layout == RedisLayout::sentinel ? kSentinelPort : kPort;
  while (!servers.empty()) {
    auto server = read_server(take_until(servers, ','), port);
    if (!server) return bad_url("names a server that is not host or host:port");
    address.servers.push_back(*std::move(server));
  }
  if (address.servers.empty()) return bad_url("names no server");
  if (address.layout == RedisLayout::standalone && address.servers.size() > 1) {
    return bad_url("names several servers; redis+sentinel:// and redis+cluster:// do");
  }
  if (!read_path(path, address)) return bad_url("has a path that is no database (sentinel: MASTER or MASTER/database)");
  while (!options.empty()) {
    if (!read_option(take_until(options, '&'), address)) return bad_url("has an option other than db=NUMBER");
  }
  if (address.layout == RedisLayout::cluster && address.database != 0)
    return bad_url("names a database of a cluster, which has none but 0");
  return address;
}

}  // namespace router::storage
