#include "app/signals_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/call_loops.h"
#include "app/management_calls.h"
#include "app/terminal.h"
#include "base/guarded.h"
#include "base/log.h"
#include "config/signal_events.h"
#include "crypto/random.h"
#include "identity/metadata.h"
#include "identity/stream_client.h"
#include "net/asio_backend.h"
#include "net/asio_http_client.h"
#include "net/asio_loop.h"

namespace router::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Task;
using config::SignalDelivery;
using identity::SignalStream;
using nlohmann::ordered_json;

using What = SignalsOrder::What;

Error not_possible(std::string why) { return {ErrorCode::bad_request, base::Side::client, std::move(why)}; }
Error no_such_stream(std::string why) { return {ErrorCode::not_found, base::Side::identity_provider, std::move(why)}; }

struct Told {
  ordered_json streams = ordered_json::array();
  std::string text;  // for people
  bool is_good = true;
};

// What the command works on; outlives its Task.
struct Work {
  const config::Configuration& config;
  const config::SignalTransmitter& transmitter;
  const SignalsOrder& order;
  identity::StreamClient& client;
};

bool is_meant(const SignalStream& stream, const Work& work) {
  if (!work.order.stream.empty()) return stream.id == work.order.stream;
  const auto& audiences = stream.audiences;
  return stream.is_polled == (work.transmitter.delivery == SignalDelivery::poll) &&
         std::find(audiences.begin(), audiences.end(), work.transmitter.audience) != audiences.end();
}

ordered_json as_json(const SignalStream& stream) { return ordered_json::parse(stream.shown, nullptr, false); }

Result<identity::StreamOrder> stream_order(const Work& work) {
  identity::StreamOrder wanted;
  for (const auto& event : config::signal_events()) {
    if (work.transmitter.effect_of(event.name) != config::SignalEffect::ignore) wanted.events.emplace_back(event.uri);
  }
  if (work.transmitter.delivery == SignalDelivery::poll) return wanted;
  wanted.authorization = work.transmitter.authorization;
  wanted.push_to = work.order.endpoint;
  const auto& origin = work.config.environment.signals_issuer;
  if (wanted.push_to.empty() && !origin.empty()) wanted.push_to = origin + work.config.signals.endpoint;
  if (wanted.push_to.empty())
    return not_possible("where does it push to? --endpoint https://<host>" + work.config.signals.endpoint);
  return wanted;
}

Task<Result<Told>> create(Work work) {
  auto wanted = stream_order(work);
  if (!wanted) co_return wanted.error();
  auto creating = work.client.create(*std::move(wanted));
  const auto made = co_await creating;
  if (!made) co_return made.error();
  Told told;
  told.streams.push_back(as_json(*made));
  told.text = "stream " + shown_text(made->id) + " is made\n";
  told.is_good = is_meant(*made, work);
  if (!told.is_good) {
    const auto audience = made->audiences.empty() ? std::string() : made->audiences.front();
    told.text += "its tokens will name another audience: enter \"" + shown_text(audience) +
                 "\" as audience of the transmitter\n";
  }
  co_return told;
}

Task<Result<std::vector<SignalStream>>> streams_meant(Work work) {
  auto listing = work.client.streams();
  auto streams = co_await listing;
  if (!streams) co_return streams.error();
  std::erase_if(*streams, [&](const auto& stream) { return !is_meant(stream, work); });
  if (streams->empty())
    co_return no_such_stream("there is no such stream: xs-router signals create " + work.order.transmitter);
  if (streams->size() > 1 && work.order.what != What::status)
    co_return not_possible("there are several streams: --stream ID");
  co_return streams;
}

Task<Result<Told>> show_status(Work work, std::vector<SignalStream> streams) {
  Told told;
  for (const auto& stream : streams) {
    auto asking = work.client.status(stream.id);
    const auto answer = co_await asking;
    auto shown = as_json(stream);
    const auto status = answer ? ordered_json::parse(*answer, nullptr, false)
                               : ordered_json{{"status", "unknown"}, {"reason", describe(answer.error())}};
    shown["status"] = status;
    const auto reason = text_in(status, "reason");
    told.text += "stream " + shown_text(stream.id) + ": " + text_in(status, "status") +
                 (reason.empty() ? "" : ", " + reason) + "\n";
    told.streams.push_back(std::move(shown));
  }
  co_return told;
}

Task<Result<Told>> verify(Work work, SignalStream stream) {
  auto state = crypto::random_token(16);
  Told told;
  told.text = "stream " + shown_text(stream.id) + ": a verification with the state " + state +
              " is on its way; /api/signals of the management port says when it has come\n";
  told.streams.push_back({{"stream_id", stream.id}, {"state", state}});
  auto verifying = work.client.verify(stream.id, std::move(state));
  const auto verified = co_await verifying;
  if (!verified) co_return verified.error();
  co_return told;
}

Task<Result<Told>> remove(Work work, SignalStream stream) {
  auto removing = work.client.remove(stream.id);
  const auto removed = co_await removing;
  if (!removed) co_return removed.error();
  Told told;
  told.text = "stream " + shown_text(stream.id) + " is deleted\n";
  told.streams.push_back({{"stream_id", stream.id}});
  co_return told;
}

// `streams`: those meant, at least one.
Task<Result<Told>> work_on(Work work, std::vector<SignalStream> streams) {
  switch (work.order.what) {
    case What::create:
      break;
    case What::status:
      return show_status(work, std::move(streams));
    case What::verify:
      return verify(work, std::move(streams.front()));
    case What::remove:
      return remove(work, std::move(streams.front()));
  }
  return Result<Told>(not_possible("no such command"));
}

Task<Result<Told>> carry_out(Work work) {
  if (work.order.what == What::create) {
    auto creating = create(work);
    auto made = co_await creating;
    co_return made;
  }
  auto finding = streams_meant(work);
  auto streams = co_await finding;
  if (!streams) co_return streams.error();
  auto working = work_on(work, *std::move(streams));
  auto told = co_await working;
  co_return told;
}

Task<void> carry_out_then_stop(Work work, std::optional<Result<Told>>* told, net::AsioLoop* loop) {
  auto working = base::guarded(carry_out(work));
  *told = co_await working;
  loop->stop();
}

// On a loop of its own, which ends with it.
Result<Told> ask_transmitter(const config::Configuration& config, const config::SignalTransmitter& transmitter,
                             const SignalsOrder& order) {
  const auto& environment = config.environment;
  net::AsioLoop loop(net::BufferPool::kLarge, answer_buffer(environment.limits));
  const base::SystemClock clock;
  net::ClientTls tls(environment.ca_certificate_files, environment.reject_unauthorized);
  const auto limits = answer_limits(environment.limits);
  net::PoolLimits pool_limits;
  pool_limits.name_servers = environment.name_servers;
  net::AsioBackendPool pool(loop, tls, limits, pool_limits);
  net::AsioHttpClient http(pool, clock);
  const identity::Parts parts{http, loop, clock, environment.reject_unauthorized};
  auto issuers = std::make_shared<identity::TokenIssuers>(std::vector<std::string>{transmitter.issuer},
                                                          identity::transmitter_url, parts);
  identity::StreamClient client(transmitter, std::move(issuers), parts);
  std::optional<Result<Told>> told;
  const Work work{config, transmitter, order, client};
  loop.post([&] { base::start_detached(carry_out_then_stop(work, &told, &loop)); });
  loop.run();
  return told ? *std::move(told) : Result<Told>(not_possible("interrupted"));
}

int not_asked(const std::string& why, const Console& console) {
  console.err << "xs-router: " << why << "\n";
  return kNotAsked;
}

}  // namespace

int run_signals(const config::LoadInput& input, const SignalsOrder& order, bool json, const Console& console) {
  const auto loaded = config::load(input);
  if (!loaded.configuration) return not_asked("the configuration has errors: xs-router check", console);
  base::configure_log(base::LogLevel::off, loaded.configuration->environment.log_format);
  const auto* transmitter = loaded.configuration->signals.find(order.transmitter);
  if (transmitter == nullptr) {
    std::string known;
    for (const auto& one : loaded.configuration->signals.transmitters) known += "\n  " + one.issuer;
    return not_asked("no such transmitter; the issuers in signals.transmitters:" + (known.empty() ? " none" : known),
                     console);
  }
  const auto told = ask_transmitter(*loaded.configuration, *transmitter, order);
  if (!told) {
    console.err << "xs-router: " << shown_text(told.error().detail) << "\n";
    const auto code = told.error().code;
    const bool said_no =
        code == ErrorCode::not_found || code == ErrorCode::unauthenticated || code == ErrorCode::protocol;
    return said_no ? kCommandRefused : kNotAsked;
  }
  if (json)
    print_json(told->streams, console);
  else
    console.out << told->text;
  return told->is_good ? kCommandDone : kCommandRefused;
}

}  // namespace router::app
