// A name server on loopback for tests: answers as told, late, with a fault, or not at all. UDP only.
//
//   StubNameServer names;
//   names.on("app.example", {.addresses = {"127.0.0.1"}});
//   setup.environment["NAME_SERVERS"] = names.address();
//
// A name nobody told it of does not exist. One thread; members may be called from any.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"

namespace router::test {

enum class NameFault { none, no_such_name, server_failure, refused, silence };

struct NameRecord {
  std::vector<std::string> addresses = {};  // IPv4 and IPv6
  NameFault fault = NameFault::none;
  milliseconds delay{0};
  NameFault v6_fault = NameFault::none;  // for AAAA alone
};

class StubNameServer {
 public:
  StubNameServer();
  ~StubNameServer();
  StubNameServer(const StubNameServer&) = delete;
  StubNameServer& operator=(const StubNameServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void on(const std::string& name, NameRecord record);
  // Questions for IPv4 addresses of that name so far.
  std::size_t asked(const std::string& name) const;

 private:
  struct Reply;
  void serve();
  void take(const std::string& packet, const std::string& from);
  void send_due();

  Socket socket_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, NameRecord> records_;
  std::map<std::string, std::size_t> asked_;
  std::multimap<TimePoint, Reply> replies_;  // of the thread
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// A port of 127.0.0.2 where connecting gets no answer: its queue is full, and nobody accepts.
class SilentAddress {
 public:
  explicit SilentAddress(std::uint16_t port);
  static constexpr const char* kAddress = "127.0.0.2";

 private:
  std::vector<Socket> sockets_;
};

}  // namespace router::test
