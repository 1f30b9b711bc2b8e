// A back-end on raw sockets that keeps the bytes of every connection, counts the complete requests in them with a
// strict parser of its own, and answers by path: right, wrong, late or never.
//
//   RecordingBackend backend;
//   backend.on("/broken", answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"));
//
// Any other path is answered 200 with the request target as body. One thread accepts, one more serves each connection;
// behaviours run on the latter. Members may be called from any thread. on() holds for requests that come after it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/http_text.h"
#include "support/socket.h"

namespace router::test {

struct ConnectionRecord {
  std::string raw;  // at most the first 4 MiB
  std::vector<TextMessage> requests;
  bool malformed = false;
  bool partial = false;  // part of a request has come, and the rest may still
  bool open = true;
  bool was_reset = false;
};

// One request while it is being answered.
class Conversation {
 public:
  virtual ~Conversation() = default;
  virtual const TextMessage& request() const = 0;  // head; body only after read_body()
  virtual bool read_body() = 0;                    // false: it did not come to its end
  // Takes a body of Content-Length without keeping it; how many bytes came.
  virtual std::size_t discard_body() = 0;
  virtual bool send(std::string_view bytes) = 0;
  virtual bool send_response(int status, std::string_view body, std::string_view field_lines = {}) = 0;
  // Until the router closes; false if it does not in that time.
  virtual bool wait_until_gone(milliseconds at_most = kPatience) = 0;
  virtual void close() = 0;
  virtual void reset() = 0;  // with RST
};

using Behaviour = std::function<void(Conversation&)>;

// Reads the request and answers 200 with its target.
Behaviour echoes();
Behaviour answers(std::string bytes);  // reads the request, then these bytes; the connection stays open
Behaviour answers_and_closes(std::string bytes);
Behaviour answers_early(std::string bytes);  // without reading the body
Behaviour hangs();                           // until the router gives up
Behaviour resets();

class RecordingBackend {
 public:
  explicit RecordingBackend(std::uint16_t port = 0);
  ~RecordingBackend();
  RecordingBackend(const RecordingBackend&) = delete;
  RecordingBackend& operator=(const RecordingBackend&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  std::string origin() const { return listener_.origin(); }

  // `path` is the request target without query.
  void on(std::string path, Behaviour behaviour);
  void otherwise(Behaviour behaviour);

  // Since the last clear(), in the order they were complete.
  std::vector<TextMessage> requests() const;
  std::vector<TextMessage> requests_to(std::string_view path) const;
  std::size_t count(std::string_view path) const { return requests_to(path).size(); }
  bool waits_for(std::string_view path, std::size_t count, milliseconds at_most = kPatience) const;
  // What came since the last clear(), for each connection that had any.
  std::vector<ConnectionRecord> connections() const;
  std::size_t connections_accepted() const { return accepted_; }
  std::size_t open_connections() const;
  bool is_quiet() const;  // no request is under way
  void clear();

 private:
  class Connection;

  void accept_all();
  Behaviour behaviour_of(std::string_view target) const;

  Listener listener_;
  mutable std::mutex mutex_;
  std::map<std::string, Behaviour, std::less<>> behaviours_;
  Behaviour otherwise_ = echoes();
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<TextMessage> requests_;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
};

}  // namespace router::test
