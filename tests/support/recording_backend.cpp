#include "support/recording_backend.h"

#include <algorithm>

namespace router::test {
namespace {

constexpr std::size_t kKept = 4 * 1024 * 1024;
constexpr milliseconds kAcceptPoll{20};
constexpr milliseconds kLongest{120'000};  // no connection outlives the test anyway

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace

// Thread: its own; the record, and the life of the descriptor, are under the owner's mutex.
class RecordingBackend::Connection final : public Conversation {
 public:
  Connection(RecordingBackend& owner, Socket socket) : owner_(owner), socket_(std::move(socket)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~Connection() override { thread_.join(); }

  // Under the owner's mutex, which serve() takes before it closes.
  void interrupt() {
    if (record.open) socket_.shutdown_both();
  }

  const TextMessage& request() const override { return request_; }

  bool read_body() override {
    while (!complete_) {
      auto parsed = parse_message(unread_, BodyRule::request);
      if (parsed.reading == Reading::malformed) return note_malformed();
      if (parsed.reading == Reading::complete) {
        request_ = std::move(parsed.message);
        finish_request(parsed.length);
      } else if (fill() != Received::data) {
        return false;
      }
    }
    return true;
  }

  std::size_t discard_body() override {
    const auto announced = std::stoull("0" + request_.field("Content-Length"));
    const auto head_end = unread_.find("\r\n\r\n") + 4;
    std::size_t seen = unread_.size() - head_end;
    std::string piece;
    while (seen < announced) {
      piece.clear();
      if (socket_.receive(piece, in(kLongest), std::min<std::size_t>(announced - seen, 256 * 1024)) != Received::data)
        return seen;
      seen += piece.size();
    }
    finish_request(unread_.size());
    return seen;
  }

  bool send(std::string_view bytes) override { return socket_.send(bytes, in(kLongest)); }

  bool send_response(int status, std::string_view body, std::string_view field_lines) override {
    std::string text =
        "HTTP/1.1 " + std::to_string(status) + " Answer\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    text.append(field_lines).append("\r\n");
    if (request_.method() != "HEAD") text.append(body);
    return send(text);
  }

  bool wait_until_gone(milliseconds at_most) override {
    const auto deadline = in(at_most);
    for (;;) {
      const auto got = fill(deadline);
      if (got == Received::timeout) return false;
      if (got != Received::data) return true;
    }
  }

  void close() override {
    const std::lock_guard lock(owner_.mutex_);
    socket_.close();
  }
  void reset() override {
    const std::lock_guard lock(owner_.mutex_);
    socket_.reset();
  }

  ConnectionRecord record;  // under the owner's mutex

 private:
  void serve() {
    while (socket_.is_open() && await_head()) {
      owner_.behaviour_of(request_.target())(*this);
      if (!read_body()) break;
    }
    const std::lock_guard lock(owner_.mutex_);
    record.open = false;
    record.partial = false;
    socket_.close();
  }

  bool await_head() {
    complete_ = false;
    for (;;) {
      auto parsed = parse_message(unread_, BodyRule::request);
      if (parsed.reading == Reading::malformed) return note_malformed();
      if (parsed.has_head) {
        request_ = std::move(parsed.message);
        if (parsed.reading == Reading::complete) finish_request(parsed.length);
        return true;
      }
      if (fill() != Received::data) return false;
    }
  }

  Received fill(TimePoint deadline = in(kLongest)) {
    const auto before = unread_.size();
    const auto got = socket_.receive(unread_, deadline);
    const std::lock_guard lock(owner_.mutex_);
    if (record.raw.size() < kKept) record.raw.append(unread_, before);
    if (got == Received::data) record.partial = true;
    if (got == Received::reset) record.was_reset = true;
    return got;
  }

  void finish_request(std::size_t length) {
    unread_.erase(0, length);
    complete_ = true;
    const std::lock_guard lock(owner_.mutex_);
    record.partial = !unread_.empty();
    record.requests.push_back(request_);
    owner_.requests_.push_back(request_);
  }

  bool note_malformed() {
    const std::lock_guard lock(owner_.mutex_);
    record.malformed = true;
    return false;
  }

  RecordingBackend& owner_;
  Socket socket_;
  std::string unread_;
  TextMessage request_;
  bool complete_ = false;
  std::thread thread_;
};

Behaviour echoes() {
  return [](Conversation& conversation) {
    if (same_name(conversation.request().field("Expect"), "100-continue"))
      conversation.send("HTTP/1.1 100 Continue\r\n\r\n");
    if (conversation.read_body())
      conversation.send_response(200, conversation.request().target(), "Content-Type: text/plain\r\n");
  };
}

Behaviour answers(std::string bytes) {
  return [bytes](Conversation& conversation) {
    if (conversation.read_body()) conversation.send(bytes);
  };
}

Behaviour answers_and_closes(std::string bytes) {
  return [bytes](Conversation& conversation) {
    if (conversation.read_body()) conversation.send(bytes);
    conversation.close();
  };
}

Behaviour answers_early(std::string bytes) {
  return [bytes](Conversation& conversation) { conversation.send(bytes); };
}

Behaviour hangs() {
  return [](Conversation& conversation) { conversation.wait_until_gone(kLongest); };
}

Behaviour resets() {
  return [](Conversation& conversation) { conversation.reset(); };
}

RecordingBackend::RecordingBackend(std::uint16_t port) : listener_(port), acceptor_([this] { accept_all(); }) {}

RecordingBackend::~RecordingBackend() {
  stopping_ = true;
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (auto& connection : connections_) connection->interrupt();
  }
  connections_.clear();
}

void RecordingBackend::accept_all() {
  while (!stopping_) {
    auto socket = listener_.accept(kAcceptPoll);
    if (!socket) continue;
    ++accepted_;
    const std::lock_guard lock(mutex_);
    connections_.push_back(std::make_unique<Connection>(*this, std::move(*socket)));
  }
}

void RecordingBackend::on(std::string path, Behaviour behaviour) {
  const std::lock_guard lock(mutex_);
  behaviours_[std::move(path)] = std::move(behaviour);
}

void RecordingBackend::otherwise(Behaviour behaviour) {
  const std::lock_guard lock(mutex_);
  otherwise_ = std::move(behaviour);
}

Behaviour RecordingBackend::behaviour_of(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  const auto found = behaviours_.find(path_of(target));
  return found == behaviours_.end() ? otherwise_ : found->second;
}

std::vector<TextMessage> RecordingBackend::requests() const {
  const std::lock_guard lock(mutex_);
  return {requests_.begin(), requests_.end()};
}

std::vector<TextMessage> RecordingBackend::requests_to(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  std::vector<TextMessage> found;
  std::copy_if(requests_.begin(), requests_.end(), std::back_inserter(found),
               [path](const TextMessage& request) { return path_of(request.target()) == path; });
  return found;
}

bool RecordingBackend::waits_for(std::string_view path, std::size_t count, milliseconds at_most) const {
  return eventually([&] { return this->count(path) >= count; }, at_most);
}

std::vector<ConnectionRecord> RecordingBackend::connections() const {
  const std::lock_guard lock(mutex_);
  std::vector<ConnectionRecord> records;
  for (const auto& connection : connections_) {
    if (!connection->record.raw.empty()) records.push_back(connection->record);
  }
  return records;
}

std::size_t RecordingBackend::open_connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(),
                                                [](const auto& connection) { return connection->record.open; }));
}

bool RecordingBackend::is_quiet() const {
  const std::lock_guard lock(mutex_);
  return std::none_of(connections_.begin(), connections_.end(),
                      [](const auto& connection) { return connection->record.partial; });
}

void RecordingBackend::clear() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  for (auto& connection : connections_) {
    connection->record.raw.clear();
    connection->record.requests.clear();
    connection->record.malformed = false;
    connection->record.was_reset = false;
  }
}

}  // namespace router::test
