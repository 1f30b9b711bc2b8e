#include "config/bound_redis.h"

#include <algorithm>

#include "base/text.h"
#include "config/json_access.h"
#include "crypto/digest.h"

namespace router::config {
namespace {

constexpr std::string_view kExternal = "EXT_SESSION_MGT";
constexpr long long kLongestWait = 60'000;
constexpr long long kLargestPort = 65535;

struct External {
  std::string instance;
  RedisOptions options;
};

// Milliseconds.
void read_wait(const JsonVariable& variable, std::string_view key, milliseconds& target) {
  const json* item = member(*variable.value, key);
  if (item == nullptr) return;
  const auto value = integer_member(*variable.value, key);
  if (value && *value >= 1 && *value <= kLongestWait) {
    target = milliseconds(*value);
  } else {
    variable.report.error(pointer_to("", key), {show_value(*item), "milliseconds from 1 to 60000"});
  }
}

bool read_switch(const JsonVariable& variable, std::string_view key, bool otherwise) {
  const json* item = member(*variable.value, key);
  if (item != nullptr && !item->is_boolean())
    variable.report.error(pointer_to("", key), {show_value(*item), "true or false"});
  return flag_member(*variable.value, key, otherwise);
}

std::optional<External> read_external(const Variables& variables, Environment& environment) {
  const auto variable = variables.json_value(kExternal);
  if (!variable) return std::nullopt;
  const json& value = *variable->value;
  External external;
  for (std::string_view key : {"instanceName", "storageType", "sessionSecret"}) {
    if (text_member(value, key).value_or("").empty()) {
      variable->report.error("",
                             {"no text in " + base::json_quote(key), "instanceName, storageType and sessionSecret"});
    }
  }
  external.instance = text_member(value, "instanceName").value_or("");
  if (const auto type = text_member(value, "storageType"); type && *type != "redis")
    variable->report.error("/storageType", {show(std::string_view(*type)), "\"redis\""});
  if (auto secret = text_member(value, "sessionSecret")) {
    base::Secret given(std::move(*secret));
    check_sealing_secret(given, variable->report.below("/sessionSecret"));
    if (environment.session_secret.empty()) environment.session_secret = std::move(given);
  }
  auto& options = external.options;
  read_wait(*variable, "defaultRetryTimeout", options.command_timeout);
  read_wait(*variable, "commandTimeout", options.command_timeout);
  read_wait(*variable, "connectTimeout", options.connect_timeout);
  options.verify = read_switch(*variable, "rejectUnauthorized", true);
  options.verify_host = !read_switch(*variable, "skipCertHostnameValidation", false);
  if (!options.verify) {
    variable->report.warning("/rejectUnauthorized",
                             {"false, with which no certificate of Redis is checked",
                              "true, with the authority's certificate in the binding or in XS_CACERT_PATH"});
  }
  return external;
}

// Some brokers write numbers and truth as text.
bool is_true(const json& object, std::string_view key) {
  return flag_member(object, key, text_member(object, key) == "true");
}

std::string first_text(const json& object, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (auto text = text_member(object, key); text && !text->empty()) return *std::move(text);
  }
  return {};
}

// "host:port"; empty: reported.
std::string read_server(const json& from, const Report& report) {
  auto host = first_text(from, {"hostname", "host"});
  if (host.empty() || host.find_first_of(" /@,?#[]") != std::string::npos) {
    report.error("", {"no host in \"hostname\"", "the name or address of a Redis"});
    return {};
  }
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const json* port = member(from, "port");
  if (port == nullptr) return host;
  auto number = integer_member(from, "port");
  if (port->is_string()) {
    const auto parsed = base::parse_unsigned(port->get_ref<const std::string&>());
    number = parsed && *parsed <= kLargestPort ? std::optional(static_cast<long long>(*parsed)) : std::nullopt;
  }
  if (!number || *number < 1 || *number > kLargestPort) {
    report.error("/port", {show_value(*port), "a port from 1 to 65535"});
    return {};
  }
  return host + ":" + std::to_string(*number);
}

std::string login_of(const json& credentials) {
  const auto user = first_text(credentials, {"username", "user"});
  const auto password = first_text(credentials, {"password"});
  if (user.empty() && password.empty()) return {};
  return base::percent_encode(user) + ":" + base::percent_encode(password) + "@";
}

std::string certificates_of(const json& credentials) {
  auto text = first_text(credentials, {"ca", "server_ca", "certificate", "certificates"});
  if (text.empty()) text = crypto::base64_decode(first_text(credentials, {"ca_base64"})).value_or("");
  return with_line_ends(std::move(text));
}

// As SESSION_STORE would say it. Empty: reported.
Secret url_of(const json& credentials, const Report& report) {
  const auto uri = first_text(credentials, {"uri", "url"});
  const bool secure = is_true(credentials, "tls") || object_member(credentials, "tls") != nullptr ||
                      is_true(credentials, "ssl") || uri.starts_with("rediss:");
  std::string url = secure ? "rediss" : "redis";
  const json* sentinels = array_member(credentials, "sentinel_nodes");
  if (sentinels != nullptr && !sentinels->empty()) {
    std::string servers;
    for (std::size_t i = 0; i < sentinels->size(); ++i) {
      const auto server = read_server((*sentinels)[i], report.below(pointer_to("/sentinel_nodes", i)));
      if (server.empty()) return {};
      servers += (i > 0 ? "," : "") + server;
    }
    auto master = first_text(credentials, {"master_name"});
    if (master.empty()) master = "mymaster";
    return Secret(url + "+sentinel://" + login_of(credentials) + servers + "/" + base::percent_encode(master));
  }
  if (is_true(credentials, "cluster_mode")) url += "+cluster";
  const bool has_host = !first_text(credentials, {"hostname", "host"}).empty();
  if (const auto at = uri.find("://"); !has_host && at != std::string::npos) return Secret(url + uri.substr(at));
  const auto server = read_server(credentials, report);
  if (server.empty()) return {};
  return Secret(url + "://" + login_of(credentials) + server);
}

bool is_redis(const Binding& binding) {
  return binding.is("redis") || binding.is("redis-cache") || binding.is("redis-enterprise-cloud");
}

const Binding* find_named(const std::string& instance, const Variables& variables,
                          const std::vector<Binding>& bindings) {
  const auto found =
      std::find_if(bindings.begin(), bindings.end(), [&](const Binding& binding) { return binding.name == instance; });
  if (found != bindings.end()) return &*found;
  std::vector<std::string> names;
  for (const auto& binding : bindings) names.push_back(binding.name);
  variables.report(kExternal).error(
      "", {"instanceName " + show(std::string_view(instance)) + ", of which no service is bound",
           "the name of a bound Redis, or SESSION_STORE", nearest_hint(instance, names)});
  return nullptr;
}

const Binding* find_only(const Variables& variables, const std::vector<Binding>& bindings) {
  const auto found = std::find_if(bindings.begin(), bindings.end(), is_redis);
  if (found == bindings.end()) return nullptr;
  const auto other = std::find_if(found + 1, bindings.end(), is_redis);
  if (other == bindings.end()) return &*found;
  variables.warning(
      "VCAP_SERVICES",
      "several Redis, " + show(std::string_view(found->name)) + " and " + show(std::string_view(other->name)),
      "EXT_SESSION_MGT or SESSION_STORE, which says where sessions are", "none of them is used");
  return nullptr;
}

}  // namespace

std::optional<StateLocation> read_bound_redis(const Variables& variables, const std::vector<Binding>& bindings,
                                              BoundRedis use, Environment& environment) {
  const auto external = read_external(variables, environment);
  if (use == BoundRedis::is_not) return std::nullopt;
  if (external && external->instance.empty()) return std::nullopt;
  const auto* binding = external ? find_named(external->instance, variables, bindings) : find_only(variables, bindings);
  if (binding == nullptr) return std::nullopt;
  if (!external && use == BoundRedis::may_be_used && environment.session_secret.empty()) {
    variables.warning("VCAP_SERVICES",
                      "a bound Redis, " + show(std::string_view(binding->name)) + ", and no SESSION_SECRET",
                      "SESSION_SECRET, with which sessions are kept there, or SESSION_STORE, which says where they are",
                      "it is not used");
    return std::nullopt;
  }
  // an error, whatever else uses the service
  const auto report = binding->report.into(variables.report(kExternal).issues());
  StateLocation location{StoreKind::redis, {}, url_of(*binding->credentials, report), {}};
  if (location.url.empty()) return std::nullopt;
  if (external) location.redis = external->options;
  location.redis.trusted = certificates_of(*binding->credentials);
  return location;
}

}  // namespace router::config
