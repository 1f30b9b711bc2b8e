// Real redis-server processes on free ports of the loopback interface, each in a folder of its own.
//
//   RedisServer server;                            // answers when this returns, or throws with what it printed
//   RedisServer server({"--requirepass", "secret"});
//   RedisCluster cluster;                          // three masters that share the slots
//   RedisGroup group;                              // a master, a replica, a sentinel
//
// Nothing is written to disk. Ended by their ids with the object; a test may kill, stop (SIGSTOP) and start one again
// on the same port.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "support/socket.h"
#include "support/temporary_folder.h"

namespace router::test {

// An answer as text: arrays as lines, errors with their -, nil as "(nil)".
std::string ask_redis(std::uint16_t port, const std::vector<std::string>& words);

class RedisServer {
 public:
  // `arguments`: as for redis-server, after port and folder. `configuration`: lines of a file instead (a sentinel's).
  explicit RedisServer(std::vector<std::string> arguments = {}, std::string configuration = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string ask(const std::vector<std::string>& words) const { return ask_redis(port_, words); }

  void kill();         // SIGKILL: what it knew is gone
  void start();        // again, on the same port
  void stop() const;   // SIGSTOP: it accepts, and says nothing
  void go_on() const;  // SIGCONT

 private:
  std::string log() const;

  TemporaryFolder folder_;
  std::vector<std::string> arguments_;
  std::string configuration_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

// A free port, whose twin 10,000 above (the cluster bus) is free, too, where `with_bus`.
std::uint16_t free_redis_port(bool with_bus = false);

// A master, one replica of it, and one sentinel that fails over after half a second of silence.
class RedisGroup {
 public:
  RedisGroup();
  RedisServer& master() { return *servers_[0]; }
  RedisServer& replica() { return *servers_[1]; }
  RedisServer& sentinel() { return *sentinel_; }

 private:
  std::vector<std::unique_ptr<RedisServer>> servers_;
  std::unique_ptr<RedisServer> sentinel_;
};

class RedisCluster {
 public:
  static constexpr std::size_t kNodes = 3;
  RedisCluster();
  RedisServer& node(std::size_t number) { return *nodes_[number]; }
  // The number of the node that has this slot now, as it says of itself.
  std::size_t owner(std::uint16_t slot) const;
  std::string id(std::size_t number) const;
  // Gives an empty slot, or one whose keys have been moved, to another node, and all hear of it.
  void assign(std::uint16_t slot, std::size_t to);

 private:
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace router::test
