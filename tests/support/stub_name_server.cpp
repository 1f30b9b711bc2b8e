#include "support/stub_name_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>

namespace router::test {
namespace {

constexpr std::size_t kHeader = 12;  // RFC 1035 section 4.1.1
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeAaaa = 28;
constexpr milliseconds kPoll{5};

void put16(std::string& to, std::size_t value) {
  to.push_back(static_cast<char>(value >> 8 & 0xFF));
  to.push_back(static_cast<char>(value & 0xFF));
}

std::size_t get16(const std::string& from, std::size_t at) {
  return static_cast<unsigned char>(from.at(at)) << 8 | static_cast<unsigned char>(from.at(at + 1));
}

sockaddr_in address_of(const char* text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

std::size_t response_code(NameFault fault) {
  switch (fault) {
    case NameFault::no_such_name:
      return 3;
    case NameFault::server_failure:
      return 2;
    case NameFault::refused:
      return 5;
    default:
      return 0;
  }
}

// The name of the only question, and where its type stands.
std::pair<std::string, std::size_t> question_of(const std::string& packet) {
  std::string name;
  std::size_t at = kHeader;
  for (auto length = static_cast<unsigned char>(packet.at(at)); length != 0;
       length = static_cast<unsigned char>(packet.at(at))) {
    name += (name.empty() ? "" : ".") + packet.substr(at + 1, length);
    at += length + 1U;
  }
  return {name, at + 1};
}

std::string reply_to(const std::string& packet, std::size_t type_at, const NameRecord& record, NameFault fault) {
  const auto type = get16(packet, type_at);
  std::string answers;
  std::size_t count = 0;
  for (const auto& text : record.addresses) {
    in6_addr bytes{};
    const bool is_v6 = text.find(':') != std::string::npos;
    if (fault != NameFault::none || type != (is_v6 ? kTypeAaaa : kTypeA)) continue;
    ::inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), &bytes);
    put16(answers, 0xC000 | kHeader);  // the question's name
    put16(answers, type);
    put16(answers, 1);
    put16(answers, 0);
    put16(answers, 60);  // seconds
    put16(answers, is_v6 ? 16 : 4);
    answers.append(reinterpret_cast<const char*>(&bytes), is_v6 ? 16 : 4);
    ++count;
  }
  std::string reply = packet.substr(0, 2);
  put16(reply, 0x8180 | response_code(fault));
  put16(reply, 1);
  put16(reply, count);
  put16(reply, 0);
  put16(reply, 0);
  return reply + packet.substr(kHeader, type_at + 4 - kHeader) + answers;
}

}  // namespace

struct StubNameServer::Reply {
  std::string bytes;
  std::string to;
};

StubNameServer::StubNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  auto address = address_of("127.0.0.1", 0);
  socklen_t size = sizeof address;
  if (::bind(socket_.fd(), generic(address), sizeof address) != 0 ||
      ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no name server");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

StubNameServer::~StubNameServer() {
  stopping_ = true;
  thread_.join();
}

void StubNameServer::on(const std::string& name, NameRecord record) {
  const std::lock_guard lock(mutex_);
  records_[name] = std::move(record);
}

std::size_t StubNameServer::asked(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(name);
  return found == asked_.end() ? 0 : found->second;
}

void StubNameServer::serve() {
  while (!stopping_) {
    send_due();
    pollfd wait{socket_.fd(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(kPoll.count())) <= 0) continue;
    std::string packet(2048, '\0');
    std::string from(sizeof(sockaddr_in), '\0');
    socklen_t size = sizeof(sockaddr_in);
    const ssize_t bytes = ::recvfrom(socket_.fd(), packet.data(), packet.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(from.data()), &size);
    if (bytes < static_cast<ssize_t>(kHeader)) continue;
    packet.resize(static_cast<std::size_t>(bytes));
    take(packet, from);
  }
}

void StubNameServer::take(const std::string& packet, const std::string& from) {
  const auto [name, type_at] = question_of(packet);
  const bool is_v6 = get16(packet, type_at) == kTypeAaaa;
  NameRecord record{.fault = NameFault::no_such_name};
  {
    const std::lock_guard lock(mutex_);
    if (!is_v6) ++asked_[name];
    if (const auto found = records_.find(name); found != records_.end()) record = found->second;
  }
  const auto fault = is_v6 && record.v6_fault != NameFault::none ? record.v6_fault : record.fault;
  if (fault == NameFault::silence) return;
  replies_.emplace(in(record.delay), Reply{reply_to(packet, type_at, record, fault), from});
}

void StubNameServer::send_due() {
  while (!replies_.empty() && replies_.begin()->first <= std::chrono::steady_clock::now()) {
    const auto& [bytes, to] = replies_.begin()->second;
    ::sendto(socket_.fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(to.data()),
             sizeof(sockaddr_in));
    replies_.erase(replies_.begin());
  }
}

SilentAddress::SilentAddress(std::uint16_t port) {
  const auto address = address_of(kAddress, port);
  sockets_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(sockets_[0].fd(), generic(address), sizeof address) != 0 || ::listen(sockets_[0].fd(), 0) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.2");
  }
  for (int i = 0; i < 4; ++i) {
    sockets_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(sockets_.back().fd(), generic(address), sizeof address);
  }
}

}  // namespace router::test
