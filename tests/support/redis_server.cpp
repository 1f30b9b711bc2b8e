#include "support/redis_server.h"

#include <signal.h>
#include <sys/wait.h>

#include <sstream>
#include <stdexcept>

#include "support/spawn.h"

namespace router::test {
namespace {

constexpr milliseconds kRedisStarts{15'000};
constexpr std::uint16_t kBusAbove = 10'000;
constexpr const char* kRedisLog = "redis.log";

// Reads one reply from `bytes` at `at`; false: more has to come.
bool read_reply(const std::string& bytes, std::size_t& at, std::string& text) {
  const auto end = bytes.find("\r\n", at);
  if (end == std::string::npos) return false;
  const char kind = bytes[at];
  const std::string line = bytes.substr(at + 1, end - at - 1);
  at = end + 2;
  if (kind == '+' || kind == ':') text += line;
  if (kind == '-') text += "-" + line;
  if (kind == '$' || kind == '*') {
    const long count = std::stol(line);
    if (count < 0) {
      text += "(nil)";
    } else if (kind == '$') {
      const auto length = static_cast<std::size_t>(count);
      if (bytes.size() < at + length + 2) return false;
      text += bytes.substr(at, length);
      at += length + 2;
    } else {
      for (long i = 0; i < count; ++i) {
        if (i > 0) text += "\n";
        if (!read_reply(bytes, at, text)) return false;
      }
    }
  }
  return true;
}

bool is_free(std::uint16_t port) {
  try {
    const Listener listener(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

std::string ask_redis(std::uint16_t port, const std::vector<std::string>& words) {
  std::string command = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) command += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  const auto socket = connect_to(port);
  if (!socket.send(command)) return "(closed)";
  std::string bytes;
  for (;;) {
    std::size_t at = 0;
    std::string text;
    if (!bytes.empty() && read_reply(bytes, at, text)) return text;
    if (socket.receive(bytes, in(kPatience)) != Received::data) return "(closed)";
  }
}

std::uint16_t free_redis_port(bool with_bus) {
  for (int tries = 0; tries < 200; ++tries) {
    const Listener listener;
    const auto port = listener.port();
    if (!with_bus) return port;
    if (port < 65535 - kBusAbove && is_free(static_cast<std::uint16_t>(port + kBusAbove))) return port;
  }
  // ephemeral ports all lie high: look below them
  for (std::uint16_t port = 20'000; port < 30'000; ++port) {
    if (is_free(port) && is_free(static_cast<std::uint16_t>(port + kBusAbove))) return port;
  }
  throw std::runtime_error("no free port for Redis");
}

RedisServer::RedisServer(std::vector<std::string> arguments, std::string configuration)
    : arguments_(std::move(arguments)), configuration_(std::move(configuration)) {
  bool in_cluster = false;
  for (const auto& argument : arguments_) in_cluster = in_cluster || argument == "--cluster-enabled";
  port_ = free_redis_port(in_cluster);
  start();
}

RedisServer::~RedisServer() { kill(); }

void RedisServer::start() {
  std::vector<std::string> words{"redis-server"};
  if (!configuration_.empty()) {
    folder_.write("redis.conf", configuration_);
    words.push_back(folder_ / "redis.conf");
  }
  for (const auto& word : {std::string("--port"), std::to_string(port_), std::string("--bind"),
                           std::string("127.0.0.1"), std::string("--dir"), folder_.path().string()}) {
    words.push_back(word);
  }
  if (configuration_.empty()) {
    for (const char* word : {"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"})
      words.emplace_back(word);
  }
  words.insert(words.end(), arguments_.begin(), arguments_.end());

  pid_ = spawn_logged(std::move(words), folder_ / kRedisLog);
  if (pid_ <= 0) throw std::runtime_error("cannot run redis-server (Debian package redis-server)");
  const auto answers = [this] {
    try {
      const auto answer = ask({"PING"});
      return answer == "PONG" || answer.starts_with("-NOAUTH");
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  if (!eventually(answers, kRedisStarts)) throw std::runtime_error("redis-server did not start:\n" + log());
}

std::string RedisServer::log() const { return read_file(folder_ / kRedisLog); }

void RedisServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::stop() const { ::kill(pid_, SIGSTOP); }
void RedisServer::go_on() const { ::kill(pid_, SIGCONT); }

RedisGroup::RedisGroup() {
  servers_.push_back(std::make_unique<RedisServer>());
  const auto port = std::to_string(master().port());
  servers_.push_back(std::make_unique<RedisServer>(std::vector<std::string>{"--replicaof", "127.0.0.1", port}));
  const auto is_linked = [this] {
    return replica().ask({"INFO", "replication"}).find("master_link_status:up") != std::string::npos;
  };
  if (!eventually(is_linked, kRedisStarts)) throw std::runtime_error("the replica does not follow its master");
  sentinel_ = std::make_unique<RedisServer>(std::vector<std::string>{"--sentinel"},
                                            "sentinel monitor main 127.0.0.1 " + port +
                                                " 1\n"
                                                "sentinel down-after-milliseconds main 500\n"
                                                "sentinel failover-timeout main 3000\n");
  const auto knows_both = [this] {
    return sentinel().ask({"SENTINEL", "replicas", "main"}).find(std::to_string(replica().port())) != std::string::npos;
  };
  if (!eventually(knows_both, kRedisStarts)) throw std::runtime_error("the sentinel does not know the replica");
}

RedisCluster::RedisCluster() {
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes_.push_back(std::make_unique<RedisServer>(
        std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-node-timeout", "1000"}));
  }
  constexpr std::size_t kSlots = 16384;
  for (std::size_t i = 0; i < kNodes; ++i) {
    const auto first = kSlots * i / kNodes;
    const auto last = kSlots * (i + 1) / kNodes - 1;
    node(i).ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
    node(i).ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    if (i > 0) node(i).ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(node(0).port())});
  }
  for (const auto& one : nodes_) {
    const auto is_whole = [&] {
      const auto info = one->ask({"CLUSTER", "INFO"});
      return info.find("cluster_state:ok") != std::string::npos &&
             info.find("cluster_known_nodes:3") != std::string::npos;
    };
    if (!eventually(is_whole, kRedisStarts)) throw std::runtime_error("the cluster does not come together");
  }
}

std::string RedisCluster::id(std::size_t number) const { return nodes_[number]->ask({"CLUSTER", "MYID"}); }

std::size_t RedisCluster::owner(std::uint16_t slot) const {
  for (std::size_t i = 0; i < kNodes; ++i) {
    // only the owner's own table says "myself" for it
    std::istringstream lines(nodes_[i]->ask({"CLUSTER", "NODES"}));
    for (std::string line; std::getline(lines, line);) {
      if (line.find("myself") == std::string::npos) continue;
      std::istringstream fields(line);
      std::string field;
      for (int skipped = 0; skipped < 8; ++skipped) fields >> field;
      while (fields >> field) {
        if (field.starts_with("[")) continue;
        const auto dash = field.find('-');
        const auto first = std::stoul(field.substr(0, dash));
        const auto last = dash == std::string::npos ? first : std::stoul(field.substr(dash + 1));
        if (slot >= first && slot <= last) return i;
      }
    }
  }
  return kNodes;
}

void RedisCluster::assign(std::uint16_t slot, std::size_t to) {
  const auto new_owner = id(to);
  node(to).ask({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", new_owner});
  for (std::size_t i = 0; i < kNodes; ++i) {
    if (i != to) node(i).ask({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", new_owner});
  }
}

}  // namespace router::test
