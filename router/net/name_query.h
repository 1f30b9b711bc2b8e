// One question to the name servers: the addresses of one name.
//
// An interface, so that net/names is tested without name servers; ask_name_servers() is the one over c-ares, which
// keeps to /etc/hosts, /etc/resolv.conf, RES_OPTIONS and LOCALDOMAIN as the system's resolver does, but waits on the
// loop, so that it can be given up at any time and takes no thread. A question is a few UDP packets: three seconds'
// patience, then once more. Included by net/*.cpp only. Everything on the loop's thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace router::net {

class AsioLoop;

struct NameAnswer {
  // In the order to try them, IPv6 and IPv4 in turns (RFC 8305 section 4).
  std::vector<boost::asio::ip::address> addresses;
  base::seconds good_for{0};  // as the name servers say; 0 = they do not
  std::string fault;          // where there are no addresses: why
  bool overloaded = false;    // because this process has no file descriptor left
};

class NameQuery {
 public:
  virtual ~NameQuery() = default;  // gives it up: nobody is told any more
};

// Begins a question. `answered` is called once, in a turn of the loop of its own; it may destroy the query.
using AskNameServers =
    std::function<std::unique_ptr<NameQuery>(const std::string& name, std::function<void(NameAnswer)> answered)>;

// `servers`: address or address:port each, IPv6 in brackets; empty: those of the system.
AskNameServers ask_name_servers(AsioLoop& loop, std::vector<std::string> servers);

}  // namespace router::net
