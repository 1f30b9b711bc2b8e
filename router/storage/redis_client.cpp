#include "storage/redis_client.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "storage/store_metrics.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr int kMostRedirects = 8;
constexpr base::milliseconds kSlotsAtMostEvery{100};
constexpr std::size_t kMostNodes = 1024;

base::SteadyTime time_now() { return std::chrono::steady_clock::now(); }

Error away(std::string detail) { return {ErrorCode::unavailable, Side::store, std::move(detail), true}; }

// Not carried out, and soon it may be.
bool passes_by_itself(std::string_view error) {
  return error == "LOADING" || error == "TRYAGAIN" || error == "CLUSTERDOWN" || error == "MASTERDOWN" ||
         error == "READONLY" || error == "BUSY";
}

Error fault_of(const RedisReply& reply) {
  const auto name = reply.error_name();
  const bool is_ours = name == "ERR" || name == "WRONGTYPE" || name == "CROSSSLOT" || name == "NOSCRIPT";
  // what an error says besides its name may repeat words of the command
  std::string detail = "Redis answers " + std::string(name);
  if (is_ours) return {ErrorCode::internal, Side::store, std::move(detail), false};
  return {ErrorCode::overloaded, Side::store, std::move(detail), true};
}

}  // namespace

struct RedisClient::Way {
  std::uint16_t slot = 0;
  base::SteadyTime ends_by;
  int redirects = 0;
  std::optional<net::PeerAddress> asking;  // the node to ask once, with ASKING
  bool pauses = false;
  std::optional<Answer> answer;
};

RedisClient::RedisClient(net::PeerConnector& connector, RedisAddress address)
    : connector_(connector), address_(std::move(address)), sentinels_(connector, address_) {
  if (address_.layout == RedisLayout::sentinel) only_ = make_node([this] { return open_master(); });
  if (address_.layout == RedisLayout::standalone)
    only_ = make_node([this] { return open_at(address_.servers.front()); });
}

RedisClient::NodePtr RedisClient::make_node(OpenRedis open) {
  return std::make_shared<RedisNode>(connector_.loop(), std::move(open), address_.command_timeout);
}

Task<Result<RedisConnectionPtr>> RedisClient::open_at(net::PeerAddress address) {
  const auto self = shared_from_this();
  const RedisTimes times{address_.connect_timeout, address_.command_timeout};
  auto connection = std::make_shared<RedisConnection>(connector_, address, times);
  std::erase_if(opening_, [](const auto& one) { return one.expired(); });
  opening_.push_back(connection);
  if (is_closed_) co_return away("given up");
  const auto opened = co_await connection->open(address_.login, address_.database);
  if (!opened) co_return opened.error();
  co_return connection;
}

Task<Result<RedisConnectionPtr>> RedisClient::open_master() {
  const auto self = shared_from_this();
  const auto master = co_await sentinels_.find_master();
  if (!master) co_return master.error();
  auto opening = open_at(*master);
  auto opened = co_await opening;
  if (!opened) co_return opened;
  // the sentinels may not have noticed yet
  RedisCommand question("ROLE");
  const auto role = co_await (*opened)->ask(std::move(question));
  const bool is_master = role && role->item(0) != nullptr && role->item(0)->text == "master";
  if (!is_master) {
    (*opened)->close(away("not the master"));
    co_return away(net::to_string(*master) + " is not the master");
  }
  if (!std::exchange(looks_for_master_, true)) look_for_master(weak_from_this());
  co_return opened;
}

void RedisClient::look_for_master(std::weak_ptr<RedisClient> client) {
  const auto self = client.lock();
  if (!self || self->is_closed_) return;
  self->loop().after(kLookEvery, [client] {
    if (const auto alive = client.lock(); alive && !alive->is_closed_) base::start_detached(compare_master(alive));
  });
}

// A master that was cut off goes on taking commands until somebody tells it: so do not go by it alone.
Task<void> RedisClient::compare_master(std::shared_ptr<RedisClient> self) {
  if (self->only_->is_connected()) {
    const auto master = co_await self->sentinels_.find_master();
    const auto& current = self->only_->current();
    if (master && current && !(current->address() == *master)) self->only_->drop("another server is the master now");
  }
  look_for_master(self);
}

RedisClient::NodePtr RedisClient::node_at(const net::PeerAddress& address) {
  const auto key = net::to_string(address);
  const auto known = nodes_.find(key);
  if (known != nodes_.end()) return known->second;
  if (nodes_.size() >= kMostNodes) {
    for (const auto& [name, node] : std::exchange(nodes_, {})) node->close();
  }
  return nodes_[key] = make_node([this, address] { return open_at(address); });
}

Task<Result<RedisClient::NodePtr>> RedisClient::node_for(std::uint16_t slot) {
  if (only_) co_return only_;
  if (slots_are_old_ || slots_.owner(slot) == nullptr) {
    const auto read = co_await read_slots();
    if (!read && slots_.owner(slot) == nullptr) co_return read.error();
  }
  const auto* const owner = slots_.owner(slot);
  if (owner == nullptr) co_return away("no node of the cluster has the slot");
  co_return node_at(*owner);
}

Task<Result<void>> RedisClient::read_slots() {
  const auto self = shared_from_this();
  if (reads_slots_) {
    const auto wake = std::make_shared<base::Wake>(loop());
    await_slots_.push_back(wake);
    co_await wake->wait();
    co_return slots_.is_empty() ? Result<void>(away("no node of the cluster answers")) : Result<void>();
  }
  if (slots_read_ != base::SteadyTime::min() && time_now() - slots_read_ < kSlotsAtMostEvery) {
    co_return slots_.is_empty() ? Result<void>(away("no node of the cluster answers")) : Result<void>();
  }
  reads_slots_ = true;
  std::vector<net::PeerAddress> candidates = slots_.masters();
  candidates.insert(candidates.end(), address_.servers.begin(), address_.servers.end());
  bool found = false;
  for (std::size_t i = 0; i < candidates.size() && !found && !is_closed_; ++i) {
    auto reading = read_slots_from(candidates[i]);
    found = co_await reading;
  }
  reads_slots_ = false;
  slots_read_ = time_now();
  if (found) slots_are_old_ = false;
  for (const auto& wake : std::exchange(await_slots_, {})) wake->end();
  co_return found ? Result<void>() : Result<void>(away("no node of the cluster answers"));
}

Task<bool> RedisClient::read_slots_from(net::PeerAddress address) {
  const auto node = node_at(address);
  const auto connection = co_await node->connection();
  if (!connection) co_return false;
  RedisCommand question("CLUSTER");
  question.word("SLOTS");
  const auto reply = co_await (*connection)->ask(std::move(question));
  if (!reply) co_return false;
  auto slots = RedisSlots::read(*reply, address);
  if (!slots || slots->is_empty()) co_return false;
  slots_ = *std::move(slots);
  // a node that has left is not opened again and again
  std::erase_if(nodes_, [this](const auto& entry) {
    for (const auto& master : slots_.masters()) {
      if (net::to_string(master) == entry.first) return false;
    }
    if (entry.second->is_connected()) return false;
    entry.second->close();
    return true;
  });
  co_return true;
}

Task<RedisClient::Answer> RedisClient::send(RedisCommand command) {
  const auto self = shared_from_this();
  Way way;
  way.slot = command.slot().value_or(0);
  const auto began = time_now();
  way.ends_by = began + address_.command_timeout;
  while (!is_closed_) {
    const auto gone = co_await send_once(command, way);
    const bool is_late = time_now() >= way.ends_by;
    if (way.answer || is_late) redis_metrics().note(began, way.answer && way.answer->has_value());
    if (way.answer) co_return *std::move(way.answer);
    if (is_late) co_return gone ? away("Redis is not ready in time") : gone.error();
    if (std::exchange(way.pauses, false)) co_await base::sleep_for(loop(), kPause);
  }
  co_return away("given up");
}

// Without an answer in `way`: it may be tried again.
Task<Result<void>> RedisClient::send_once(const RedisCommand& command, Way& way) {
  const auto target = std::exchange(way.asking, std::nullopt);
  Result<NodePtr> node = away("");
  if (target) {
    node = node_at(*target);
  } else {
    auto finding = node_for(way.slot);
    node = co_await finding;
  }
  if (!node) {
    way.answer = node.error();
    co_return Result<void>();
  }
  const auto connection = co_await (*node)->connection();
  if (!connection) {
    if (only_ || ++way.redirects > kMostRedirects) way.answer = connection.error();
    slots_are_old_ = true;
    way.pauses = true;
    co_return connection.error();
  }
  auto asking = (*connection)->ask(command, target.has_value());
  auto reply = co_await asking;
  if (!reply) {
    slots_are_old_ = true;
    const bool again =
        command.is_repeatable() && reply.error().code != ErrorCode::overloaded && ++way.redirects <= kMostRedirects;
    if (!again) way.answer = away(reply.error().detail);
    co_return away(reply.error().detail);
  }
  if (judge(*reply, **connection, way)) way.answer = std::move(reply);
  co_return Result<void>();
}

// Whether it is the answer; else what to do about it is in `way`.
bool RedisClient::judge(const RedisReply& reply, const RedisConnection& from, Way& way) {
  if (!reply.is_error()) return true;
  if (const auto redirect = read_redirect(reply, from.address()); redirect && !only_) {
    if (++way.redirects > kMostRedirects) return true;
    if (redirect->is_ask) {
      way.asking = redirect->to;
    } else {
      slots_.move(redirect->slot, redirect->to);
      slots_are_old_ = true;  // others have moved along
    }
    return false;
  }
  const auto name = reply.error_name();
  if (!passes_by_itself(name)) return true;
  if (name == "READONLY" && only_) only_->drop("it has become a replica");
  if (name == "READONLY" || name == "CLUSTERDOWN" || name == "MASTERDOWN") slots_are_old_ = true;
  way.pauses = true;
  return false;
}

Task<RedisClient::Answer> RedisClient::ask(RedisCommand command) {
  auto sending = send(std::move(command));
  auto reply = co_await sending;
  if (reply && reply->is_error()) co_return fault_of(*reply);
  co_return reply;
}

Task<RedisClient::Answer> RedisClient::run(const RedisScript& script, std::string key, std::vector<std::string> words,
                                           bool is_repeatable) {
  for (const bool by_text : {false, true}) {
    auto command = by_text ? script.by_text(key, words) : script.by_hash(key, words);
    if (is_repeatable) command.repeatable();
    auto sending = send(std::move(command));
    auto reply = co_await sending;
    if (reply && reply->error_name() == "NOSCRIPT") continue;
    if (reply && reply->is_error()) co_return fault_of(*reply);
    co_return reply;
  }
  co_return Error{ErrorCode::internal, Side::store, "Redis does not know a script that it was sent"};
}

Task<void> RedisClient::answer_one(Task<Answer> task, Answer& answer, std::size_t& left, base::Wake& all) {
  auto guarded = base::guarded(std::move(task));
  answer = co_await guarded;
  if (--left == 0) all.end();
}

Task<std::vector<RedisClient::Answer>> RedisClient::together(std::vector<Task<Answer>> tasks) {
  std::vector<Answer> answers(tasks.size(), Answer(away("not asked")));
  std::size_t left = tasks.size();
  base::Wake all(loop());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    base::start_detached(answer_one(std::move(tasks[i]), answers[i], left, all));
  }
  if (left > 0) co_await all.wait();
  co_return answers;
}

Task<std::vector<RedisClient::Answer>> RedisClient::ask_all(std::vector<RedisCommand> commands) {
  std::vector<Task<Answer>> tasks;
  for (auto& command : commands) tasks.push_back(ask(std::move(command)));
  return together(std::move(tasks));
}

Task<std::vector<RedisClient::Answer>> RedisClient::run_all(const RedisScript& script, std::vector<RedisRun> runs) {
  std::vector<Task<Answer>> tasks;
  for (auto& one : runs) tasks.push_back(run(script, std::move(one.key), std::move(one.words)));
  return together(std::move(tasks));
}

Task<Result<net::PeerAddress>> RedisClient::find_server(std::uint16_t slot) {
  const auto self = shared_from_this();
  auto finding = node_for(slot);
  const auto node = co_await finding;
  if (!node) co_return node.error();
  const auto connection = co_await (*node)->connection();
  if (!connection) {
    slots_are_old_ = true;
    co_return connection.error();
  }
  co_return (*connection)->address();
}

std::uint64_t RedisClient::epoch() const {
  if (only_) return only_->epoch();
  std::uint64_t sum = 0;
  for (const auto& [name, node] : nodes_) sum += node->epoch();
  return sum;
}

bool RedisClient::is_connected() const {
  if (only_) return only_->is_connected();
  for (const auto& [name, node] : nodes_) {
    if (node->is_connected()) return true;
  }
  return false;
}

void RedisClient::close() {
  is_closed_ = true;
  if (only_) only_->close();
  for (const auto& [name, node] : nodes_) node->close();
  sentinels_.close();
  for (const auto& one : std::exchange(opening_, {})) {
    if (const auto connection = one.lock()) connection->close(away("given up"));
  }
}

}  // namespace router::storage
