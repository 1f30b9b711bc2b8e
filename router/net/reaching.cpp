#include "net/reaching.h"

#include <boost/asio/error.hpp>

namespace router::net {

using base::ErrorCode;

base::Error Reached::look_up_error(base::Error error, const std::string& name) const {
  if (error.code == ErrorCode::refused) error.detail = "looking up " + name + ": " + look_up_fault;
  if (overloaded) error.code = ErrorCode::overloaded;
  return error;
}

base::Task<Reached> Reaching::run() {
  Reached reached;
  reached.reason = asio::error::host_not_found;
  Names::Question question(names_, host_);
  end_step_ = [&question] { question.give_up(); };
  co_await question.answered();
  end_step_ = nullptr;
  const auto& found = question.answer();
  reached.look_up_fault = found.fault;
  reached.overloaded = found.overloaded;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  for (const auto& address : found.addresses) endpoints.emplace_back(address, port_);
  // it may have been given up between the answer and now
  if (endpoints.empty() || given_up_) co_return reached;
  reached.has_addresses = true;
  ConnectRace race(loop_, std::move(endpoints));
  end_step_ = [&race] { race.give_up(); };
  co_await race.decided();
  end_step_ = nullptr;
  reached.reason = race.fault();
  if (!race.fault() && !given_up_) reached.socket = race.take_winner();
  co_return reached;
}

}  // namespace router::net
