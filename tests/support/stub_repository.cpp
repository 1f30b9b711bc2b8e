#include "support/stub_repository.h"

#include <httplib.h>

#include <chrono>

#include "support/stub_uaa.h"

namespace router::test {
namespace {

using nlohmann::json;

// "provider!t1" is the subscriber t1.
std::string subscriber_of(const std::string& tenantid) {
  const auto mark = tenantid.find('!');
  return mark == std::string::npos ? tenantid : tenantid.substr(mark + 1);
}

}  // namespace

StubRepository::StubRepository(const StubUaa* uaa) : uaa_(uaa) {
  const auto any = [this](const httplib::Request& request, httplib::Response& response) { serve(request, response); };
  server_->Get(".*", any);
  server_->Post(".*", any);
  server_->Put(".*", any);
  server_.start();
}

StubRepository::~StubRepository() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

json StubRepository::binding() const {
  json credentials = {{"uri", origin()}, {"sap.cloud.service", "html5-apps-repo-rt"}};
  if (uaa_ != nullptr) credentials["uaa"] = uaa_->credentials("repo-client");
  return json::array({{{"name", "repository"},
                       {"label", "html5-apps-repo"},
                       {"plan", "app-runtime"},
                       {"tags", {"html5appsrepo"}},
                       {"credentials", credentials}}});
}

void StubRepository::add(const std::string& application, const std::string& descriptor, const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  descriptors_[tenant + application] = descriptor;
}

void StubRepository::file(const std::string& path, const std::string& content) {
  const std::lock_guard lock(mutex_);
  files_[path] = content;
}

void StubRepository::answer(const std::string& path, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_[path] = std::move(answer);
}

std::vector<TextMessage> StubRepository::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<TextMessage> StubRepository::requests_to(const std::string& path) const {
  std::vector<TextMessage> found;
  for (auto& request : requests()) {
    const auto target = request.target();
    if (target.substr(0, target.find('?')) == path) found.push_back(std::move(request));
  }
  return found;
}

void StubRepository::serve(const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(mutex_);
  TextMessage asked;
  asked.head.start_line = request.method + " " + request.target + " HTTP/1.1";
  asked.head.fields.assign(request.headers.begin(), request.headers.end());
  requests_.push_back(std::move(asked));
  const auto tenant = subscriber_of(request.get_header_value("tenantid"));
  if (uaa_ != nullptr) {
    const auto field = request.get_header_value("Authorization");
    const auto of = tenant.empty() ? std::string(StubUaa::kProvider) : tenant;
    if (!uaa_->is_good(field, "repo-client", of) && !uaa_->is_good(field, "repo-client", StubUaa::kProvider)) {
      response.status = 401;
      return;
    }
  }
  if (const auto given = answers_.find(request.path); given != answers_.end()) {
    while (given->second.hangs && !stopping_) {
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      lock.lock();
    }
    if (given->second.status != 0) {
      response.status = given->second.status;
      for (const auto& [name, value] : given->second.fields) response.set_header(name.c_str(), value.c_str());
      response.set_content(given->second.body, "text/plain");
      return;
    }
  }
  constexpr std::string_view kDescriptor = "/xs-app.json";
  const std::string& path = request.path;
  if (path.size() > kDescriptor.size() && path.ends_with(kDescriptor)) {
    const auto application = path.substr(0, path.size() - kDescriptor.size());
    for (const auto& key : {tenant + application, application}) {
      const auto known = descriptors_.find(key);
      if (known != descriptors_.end()) return response.set_content(known->second, "application/json");
    }
    response.status = 503;
    return;
  }
  const auto file = files_.find(path);
  if (file == files_.end()) {
    response.status = 404;
    return response.set_content("no such file", "text/plain");
  }
  response.set_header("ETag", "\"1\"");
  if (request.get_header_value("If-None-Match") == "\"1\"") {
    response.status = 304;
    return;
  }
  response.set_content(file->second, "text/html");
}

}  // namespace router::test
