#include "net/name_query.h"

#include <ares.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <map>
#include <utility>

#include "net/asio_loop.h"

namespace router::net {

namespace asio = boost::asio;
using asio::ip::address;

namespace {

constexpr int kPatienceMs = 3'000;
constexpr int kTries = 2;
// Once one family has answered, the other has this long: a name server that leaves one of them unanswered must not cost
// more (RFC 8305 section 3).
constexpr base::milliseconds kResolutionDelay{50};

bool are_descriptors_used_up() {
  const int probe = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (probe >= 0) ::close(probe);
  return probe < 0 && (errno == EMFILE || errno == ENFILE);
}

address address_of(const ares_addrinfo_node& node) {
  if (node.ai_family == AF_INET6) {
    const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(node.ai_addr);
    asio::ip::address_v6::bytes_type bytes;
    std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
    return asio::ip::address_v6(bytes, v6.sin6_scope_id);
  }
  return asio::ip::address_v4(ntohl(reinterpret_cast<const sockaddr_in*>(node.ai_addr)->sin_addr.s_addr));
}

// The state of one question. Its handlers keep it alive until the last of them has run; end() makes them do nothing.
class AresChannel : public std::enable_shared_from_this<AresChannel> {
 public:
  AresChannel(AsioLoop& loop, std::function<void(NameAnswer)> answered) : loop_(loop), answered_(std::move(answered)) {}

  void begin(const std::string& name, const std::string& servers);
  void end();

 private:
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
  // A socket of c-ares, which closes it itself.
  struct Watch {
    explicit Watch(AsioLoop& loop) : descriptor(loop.context().get_executor()) {}
    ~Watch() { let_go(); }
    void let_go() {
      if (descriptor.is_open()) descriptor.release();
    }
    Descriptor descriptor;
    bool wants_read = false;
    bool wants_write = false;
    bool reads = false;
    bool writes = false;
  };
  struct Family {
    AresChannel* channel = nullptr;
    std::vector<address> addresses;
    int status = ARES_SUCCESS;
    bool done = false;
  };

  static void on_socket(void* self, ares_socket_t socket, int readable, int writable);
  static void on_answer(void* family, int status, int timeouts, ares_addrinfo* result);
  void watch(ares_socket_t socket);
  void process(ares_socket_t readable, ares_socket_t writable);
  void take(Family& family, int status, ares_addrinfo* result);
  void finish_soon();
  NameAnswer answer() const;

  AsioLoop& loop_;
  std::function<void(NameAnswer)> answered_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watch>> watches_;
  std::array<Family, 2> families_;  // IPv6, IPv4
  base::seconds good_for_{0};
  std::unique_ptr<Deadline> patience_;  // of c-ares
  std::unique_ptr<Deadline> delay_;     // of the slower family
  bool finishing_ = false;
  bool ended_ = false;
};

void AresChannel::begin(const std::string& name, const std::string& servers) {
  static const int library = ::ares_library_init(ARES_LIB_INIT_ALL);
  (void)library;
  patience_ = std::make_unique<Deadline>(loop_.deadlines(), [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
  delay_ = std::make_unique<Deadline>(loop_.deadlines(), [this] { finish_soon(); });
  ares_options options{};
  options.timeout = kPatienceMs;
  options.tries = kTries;
  options.sock_state_cb = on_socket;
  options.sock_state_cb_data = this;
  int status = ::ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status == ARES_SUCCESS && !servers.empty()) status = ::ares_set_servers_ports_csv(channel_, servers.c_str());
  for (auto& family : families_) {
    family.channel = this;
    family.status = status;
    family.done = status != ARES_SUCCESS;
  }
  if (status != ARES_SUCCESS) return finish_soon();
  ares_addrinfo_hints hints{};
  hints.ai_socktype = SOCK_STREAM;
  for (const int kind : {AF_INET6, AF_INET}) {
    hints.ai_family = kind;
    ::ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, on_answer, &families_[kind == AF_INET6 ? 0 : 1]);
  }
  // /etc/hosts answers at once; what it does not have of a name that it knows is not asked for elsewhere
  if (!families_[0].addresses.empty() || !families_[1].addresses.empty()) return finish_soon();
  process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void AresChannel::end() {
  if (std::exchange(ended_, true)) return;
  patience_.reset();
  delay_.reset();
  if (channel_ != nullptr) ::ares_destroy(std::exchange(channel_, nullptr));
  watches_.clear();
  answered_ = nullptr;
}

void AresChannel::on_socket(void* self, ares_socket_t socket, int readable, int writable) {
  auto& channel = *static_cast<AresChannel*>(self);
  auto& watched = channel.watches_[socket];
  if (readable == 0 && writable == 0) {
    if (watched) watched->let_go();
    channel.watches_.erase(socket);
    return;
  }
  if (!watched) {
    watched = std::make_shared<Watch>(channel.loop_);
    boost::system::error_code unwatched;  // the question then ends by its patience
    watched->descriptor.assign(socket, unwatched);
  }
  watched->wants_read = readable != 0;
  watched->wants_write = writable != 0;
  channel.watch(socket);
}

void AresChannel::watch(ares_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  const auto wait = [&](bool wanted, bool Watch::*waits, Descriptor::wait_type what) {
    auto& watched = *found->second;
    if (!wanted || !watched.descriptor.is_open() || std::exchange(watched.*waits, true)) return;
    // the watch of a socket that c-ares has closed is gone; one with the same number is another
    watched.descriptor.async_wait(what, [self = shared_from_this(), watched = std::weak_ptr(found->second), waits, what,
                                         socket](const boost::system::error_code& fault) {
      const auto still = watched.lock();
      if (self->ended_ || !still) return;
      (*still).*waits = false;
      if (fault || !still->descriptor.is_open()) return;
      const bool is_read = what == Descriptor::wait_read;
      self->process(is_read ? socket : ARES_SOCKET_BAD, is_read ? ARES_SOCKET_BAD : socket);
      if (!self->ended_ && still->descriptor.is_open()) self->watch(socket);
    });
  };
  wait(found->second->wants_read, &Watch::reads, Descriptor::wait_read);
  wait(found->second->wants_write, &Watch::writes, Descriptor::wait_write);
}

void AresChannel::process(ares_socket_t readable, ares_socket_t writable) {
  ::ares_process_fd(channel_, readable, writable);
  timeval next{};
  if (::ares_timeout(channel_, nullptr, &next) == nullptr) return patience_->disarm();
  patience_->arm(base::milliseconds(next.tv_sec * 1000 + next.tv_usec / 1000));
}

void AresChannel::on_answer(void* family, int status, int, ares_addrinfo* result) {
  auto& of = *static_cast<Family*>(family);
  of.channel->take(of, status, result);
}

void AresChannel::take(Family& family, int status, ares_addrinfo* result) {
  const std::unique_ptr<ares_addrinfo, decltype(&::ares_freeaddrinfo)> owned(result, ::ares_freeaddrinfo);
  if (ended_ || finishing_) return;
  family.done = true;
  family.status = status;
  if (result != nullptr) {
    for (const auto* node = result->nodes; node != nullptr; node = node->ai_next) {
      family.addresses.push_back(address_of(*node));
      const base::seconds ttl{node->ai_ttl};
      if (ttl.count() > 0 && (good_for_.count() == 0 || ttl < good_for_)) good_for_ = ttl;
    }
  }
  if (families_[0].done && families_[1].done) return finish_soon();
  if (!family.addresses.empty()) delay_->arm(kResolutionDelay);
}

// Never inside a call of c-ares, which does not want to be destroyed there.
void AresChannel::finish_soon() {
  if (std::exchange(finishing_, true)) return;
  loop_.post([self = shared_from_this()] {
    if (self->ended_) return;
    const auto answered = std::move(self->answered_);
    auto found = self->answer();
    self->end();
    answered(std::move(found));
  });
}

NameAnswer AresChannel::answer() const {
  NameAnswer answer;
  answer.good_for = good_for_;
  const auto& [v6, v4] = families_;
  for (std::size_t i = 0; i < std::max(v6.addresses.size(), v4.addresses.size()); ++i) {
    for (const auto* family : {&v6, &v4}) {
      if (i < family->addresses.size()) answer.addresses.push_back(family->addresses[i]);
    }
  }
  if (!answer.addresses.empty()) return answer;
  // a family without addresses says less than a name server that does not answer
  const int status = v4.status == ARES_SUCCESS || v4.status == ARES_ENODATA ? v6.status : v4.status;
  answer.fault = ::ares_strerror(status == ARES_SUCCESS ? ARES_ENODATA : status);
  answer.overloaded = are_descriptors_used_up();
  return answer;
}

class AresQuery final : public NameQuery {
 public:
  explicit AresQuery(std::shared_ptr<AresChannel> channel) : channel_(std::move(channel)) {}
  ~AresQuery() override { channel_->end(); }

 private:
  std::shared_ptr<AresChannel> channel_;
};

}  // namespace

AskNameServers ask_name_servers(AsioLoop& loop, std::vector<std::string> servers) {
  std::string list;
  for (const auto& server : servers) list.append(list.empty() ? "" : ",").append(server);
  return [&loop, list](const std::string& name, std::function<void(NameAnswer)> answered) {
    auto channel = std::make_shared<AresChannel>(loop, std::move(answered));
    channel->begin(name, list);
    return std::make_unique<AresQuery>(std::move(channel));
  };
}

}  // namespace router::net
