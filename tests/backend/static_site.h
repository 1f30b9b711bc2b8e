// A localDir route over a temporary folder, asked through a FakeExchange.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "backend/static_files.h"
#include "support/fake_exchange.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/temporary_folder.h"

namespace router::test {

// A pool and a store that nobody needs here.
class NoPool final : public net::BackendPool {
  base::Task<base::Result<std::unique_ptr<net::BackendConnection>>> acquire(const net::BackendOrigin&, bool,
                                                                            base::milliseconds) override {
    co_return base::Error{base::ErrorCode::refused, base::Side::back_end, "no pool"};
  }
  void release(std::unique_ptr<net::BackendConnection>, bool) override {}
};

class NoStore final : public session::Store {
  using Found = base::Result<std::optional<session::Snapshot>>;
  base::Task<base::Result<void>> create(session::Session) override { co_return base::Result<void>(); }
  base::Task<Found> find(session::SessionId) override { co_return std::optional<session::Snapshot>(); }
  base::Task<Found> replace(session::Session) override { co_return std::optional<session::Snapshot>(); }
  base::Task<base::Result<void>> touch(session::SessionId) override { co_return base::Result<void>(); }
  base::Task<Found> end(session::SessionId) override { co_return std::optional<session::Snapshot>(); }
  base::Task<base::Result<std::vector<session::Snapshot>>> select(session::SessionFilter,
                                                                  std::size_t) override {
    co_return std::vector<session::Snapshot>();
  }
  base::Task<base::Result<void>> remember_ended(std::string, std::string) override {
    co_return base::Result<void>();
  }
  base::Task<base::Result<std::vector<session::Snapshot>>> take_expired(std::size_t) override {
    co_return std::vector<session::Snapshot>();
  }
  session::Counts counts() const override { return {}; }
};

struct MarkedReply final : backend::ReplyHead {
  void complete(std::string& fields) override {
    ++heads;
    fields.append("X-Completed: yes\r\n");
  }
  int heads = 0;
};

// An answer, or the error that came instead of one.
struct Fetched {
  std::unique_ptr<FakeExchange> exchange;
  base::Result<void> served;
  int call_status = 0;
  std::uint64_t bytes_sent = 0;
  int heads = 0;

  // 404 stands for ErrorCode::not_found, 400 for bad_request, 500 for every other error before the response.
  int status() const {
    if (served || exchange->response_started()) return exchange->status();
    if (served.error().code == base::ErrorCode::not_found) return 404;
    return served.error().code == base::ErrorCode::bad_request ? 400 : 500;
  }
  std::string field(std::string_view name) const { return exchange->field(name).value_or("-"); }
  const std::string& body() const { return exchange->body(); }
};

class StaticSite {
 public:
  explicit StaticSite(std::string source = "^/(.*)$") : route(make_route(std::move(source))) {
    folder.make_folder("site");
    route.local_dir = folder / "site";
  }

  void write(const std::string& name, std::string_view content) const {
    folder.write("site/" + name, content);
  }

  Fetched fetch(std::string method, std::string_view target, std::initializer_list<http::Field> fields = {}) {
    Fetched fetched;
    fetched.exchange = std::make_unique<FakeExchange>(std::move(method), target, fields);
    serve(fetched);
    return fetched;
  }
  Fetched get(std::string_view target, std::initializer_list<http::Field> fields = {}) {
    return fetch("GET", target, fields);
  }
  void serve(Fetched& fetched) {
    backend::StaticFiles files(route, configuration, loaded_at, resolution);
    auto& exchange = *fetched.exchange;
    const auto& target = exchange.request().target;
    std::string subject;
    auto matched = route.pattern->match(routing::match_subject(route, target, subject));
    REQUIRE((matched.has_value() && matched->has_value()));
    const routing::RouteMatch match{&route, **matched, {}};
    const http::External external;
    NoPool pool;
    NoStore store;
    session::LiveConnections live;
    MarkedReply reply;
    const session::CookieNames cookies(configuration);
    const FakeClock clock;
    backend::Call call{.exchange = exchange,
                       .request = exchange.request(),
                       .target = target,
                       .external = external,
                       .match = match,
                       .pool = pool,
                       .sessions = store,
                       .live = live,
                       .own_cookies = cookies,
                       .clock = clock,
                       .reply = reply};
    fetched.served = run_task(files.serve(call));
    fetched.call_status = call.status;
    fetched.bytes_sent = call.bytes_sent;
    fetched.heads = reply.heads;
  }

  TemporaryFolder folder;
  config::Route route;
  config::Configuration configuration;
  base::WallTime loaded_at{std::chrono::seconds(1'600'000'000)};
  backend::FileRoot::Resolution resolution = backend::FileRoot::available_resolution();
};

}  // namespace router::test
