// A localDir route over a temporary folder, asked through a FakeExchange.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "backend/prepared_call.h"
#include "backend/static_files.h"
#include "support/fake_exchange.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/temporary_folder.h"
#include "support/unused_pool.h"

namespace router::test {

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
    route.leads_to = config::ToFolder{folder / "site"};
  }

  std::optional<config::Replacement>& replace() { return std::get<config::ToFolder>(route.leads_to).replace; }

  void write(const std::string& name, std::string_view content) const { folder.write("site/" + name, content); }

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
    backend::StaticFiles files(route, configuration, bodies, loaded_at, closed, resolution);
    UnusedPool pool;
    PreparedCall prepared(*fetched.exchange, route, configuration, pool);
    prepared.call.authenticated = authenticated;
    fetched.served = run_task(files.serve(prepared.call), &fetched.exchange->own_loop());
    fetched.call_status = prepared.call.status;
    fetched.bytes_sent = prepared.call.bytes_sent;
    fetched.heads = prepared.reply.heads;
  }

  TemporaryFolder folder;
  config::Route route;
  config::Configuration configuration;
  config::PrivateFiles closed;
  backend::KeptBodies bodies;
  bool authenticated = false;
  base::WallTime loaded_at{std::chrono::seconds(1'600'000'000)};
  backend::FileRoot::Resolution resolution = backend::FileRoot::available_resolution();
};

}  // namespace router::test
