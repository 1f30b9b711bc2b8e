#include "session/event_feed.h"

#include <coroutine>
#include <memory>
#include <utility>

namespace router::session {

using base::Result;
using base::Task;

namespace {

// Wakes the feed, from whatever callback, in a turn of its own.
struct Bell {
  explicit Bell(base::Loop& of) : loop(of) {}
  static void ring(const std::shared_ptr<Bell>& bell) {
    bell->loop.post([bell] {
      if (auto handle = std::exchange(bell->waiter, {})) handle.resume();
    });
  }
  base::Loop& loop;
  std::coroutine_handle<> waiter;
  bool over = false;      // the session has ended
  bool stopping = false;  // the router stops
  bool gone = false;      // the browser has closed
  bool quiet() const { return !over && !stopping && !gone; }
};

struct NextBeat {
  std::shared_ptr<Bell> bell;
  bool await_ready() const noexcept { return !bell->quiet(); }
  void await_suspend(std::coroutine_handle<> waiter) const {
    bell->waiter = waiter;
    bell->loop.after(kFeedBeat, [weak = std::weak_ptr<Bell>(bell)] {
      if (const auto still = weak.lock()) Bell::ring(still);
    });
  }
  void await_resume() const noexcept {}
};

net::ResponseStart event_stream_start(http::Fields fields) {
  net::ResponseStart start;
  start.fields = std::move(fields);
  start.body = http::BodyKind::chunked;
  // a stream that ends because the router stops must not leave its connection behind
  start.close = true;
  return start;
}

Task<Result<void>> send(net::Exchange& exchange, std::string event) {
  auto written = co_await exchange.write(event);
  if (!written) co_return written;
  auto flushed = co_await exchange.flush();
  co_return flushed;
}

// Empty: the store cannot say for now.
Task<std::string> next_event(Store& store, SessionId id, std::shared_ptr<Bell> bell) {
  const auto left = co_await store.time_left(std::move(id));
  if (left && !*left) bell->over = true;
  if (bell->over) co_return "event: over\ndata: {}\n\n";
  if (!left) co_return "";
  co_return "event: left\ndata: " + std::to_string((*left)->count()) + "\n\n";
}

Task<Result<void>> tell(Feed& feed, std::shared_ptr<Bell> bell) {
  feed.exchange.start_response(event_stream_start(std::move(feed.fields)));
  std::string hello = "retry: 2000\n\n";
  auto told = co_await send(feed.exchange, std::move(hello));
  while (told && !bell->stopping && !bell->gone) {
    SessionId id = feed.session;
    std::string event = co_await next_event(feed.sessions.store, std::move(id), bell);
    told = co_await send(feed.exchange, std::move(event));
    if (!told || bell->over) break;
    NextBeat beat{bell};
    co_await beat;
  }
  if (!told) co_return told;
  if (bell->gone) co_return base::Error{base::ErrorCode::closed, base::Side::client, "the browser has closed"};
  auto finished = co_await feed.exchange.finish(http::kNoFields);
  co_return finished;
}

}  // namespace

http::Fields feed_fields() {
  http::Fields fields;
  fields.add_view("Content-Type", "text/event-stream");
  fields.add_view("Cache-Control", "no-store");
  fields.add_view("X-Accel-Buffering", "no");
  return fields;
}

Task<Result<bool>> run_event_feed(Feed feed) {
  auto& loop = feed.exchange.loop();
  const auto bell = std::make_shared<Bell>(loop);
  const auto place = feed.sessions.streams.take(feed.session, feed.address, loop, [bell] {
    bell->stopping = true;
    Bell::ring(bell);
  });
  if (!place) co_return false;
  const auto registration = feed.sessions.live.add(feed.session, loop, [bell] {
    bell->over = true;
    Bell::ring(bell);
  });
  feed.exchange.watch_client([bell] {
    bell->gone = true;
    Bell::ring(bell);
  });
  auto told = co_await tell(feed, bell);
  feed.exchange.watch_client(nullptr);
  if (!told) co_return told.error();
  co_return true;
}

}  // namespace router::session
