// xs-router explain where the router is known by a certificate.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/explain.h"
#include "support/certificates.h"
#include "support/temporary_folder.h"

namespace router::app::explain_certificates_test {
namespace {

using Json = nlohmann::ordered_json;

// Back-ends of every kind that a certificate may be shown to, or to whose authorization server it may.
class Site {
 public:
  Site() {
    const auto own = test::make_self_signed("client.example");
    const Json with_certificate{{"clientid", "c"},
                                {"certificate", own.certificate},
                                {"key", own.key},
                                {"url", "https://uaa.example.com"},
                                {"certurl", "https://cert.example.com"}};
    const auto bound = [](const char* name, Json credentials, const char* plan = "p") {
      return Json::array({{{"name", name}, {"plan", plan}, {"credentials", std::move(credentials)}}});
    };
    auto proxy = with_certificate;
    proxy.update({{"onpremise_proxy_host", "proxy.example.com"}, {"onpremise_proxy_http_port", "20003"}});
    Json services{
        {"identity", bound("ias", with_certificate)},
        {"connectivity", bound("connectivity", proxy)},
        {"html5-apps-repo",
         bound("repo", {{"uri", "https://repo.example.com"}, {"uaa", with_certificate}}, "app-runtime")},
        {"mail", bound("mail", {{"sap.cloud.service", "mail"},
                                {"url", "https://mail.example.com"},
                                {"grant_type", "mtls"},
                                {"cert", own.certificate},
                                {"key", own.key}})},
        {"biz",
         bound("biz", {{"sap.cloud.service", "biz"}, {"url", "https://biz.example.com"}, {"uaa", with_certificate}})}};
    const auto destination = [](const char* name, const char* url, const char* flag, Json value) {
      return Json{{"name", name}, {"url", url}, {flag, std::move(value)}};
    };
    folder_.write("default-env.json",
                  Json{{"ALLOWED_HOSTS", "app.example.com"},
                       {"destinations",
                        {destination("shown", "https://b.example.com", "forwardAuthCertificates", true),
                         destination("bare", "http://b.example.com", "forwardAuthCertificates", true),
                         destination("plain", "https://b.example.com", "forwardAuthToken", true),
                         destination("erp", "http://erp.virtual", "proxyType", "OnPremise")}},
                       {"VCAP_SERVICES", services}}
                      .dump());
    Json routes = Json::array();
    for (const char* name : {"shown", "bare", "plain", "erp"})
      routes.push_back({{"source", std::string("^/") + name}, {"destination", name}});
    for (const char* name : {"mail", "biz", "html5-apps-repo-rt"})
      routes.push_back({{"source", std::string("^/") + name}, {"service", name}});
    folder_.write("xs-app.json", Json{{"routes", routes}}.dump());
  }

  Json route(const std::string& path) const {
    std::ostringstream out;
    std::ostringstream faults;
    CHECK(explain({.directory = folder_.path().string()}, {"GET", path, {}}, true, out, faults) == 0);
    CHECK(faults.str() == "");
    return Json::parse(out.str()).at("route");
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("explain: it says who is shown a certificate, and who is not [issue 15]") {
  const Site site;
  struct Row {
    const char* path;
    const char* certificate;  // null: nothing is said
    const char* of_token;
  };
  const char* asked = "shown to the authorization server";
  for (const Row& row :
       {Row{"/shown", "of ias", nullptr}, Row{"/bare", nullptr, nullptr}, Row{"/plain", nullptr, nullptr},
        Row{"/erp", nullptr, asked}, Row{"/mail", "of its binding", nullptr}, Row{"/biz", nullptr, asked},
        Row{"/html5-apps-repo-rt", nullptr, asked}}) {
    CAPTURE(row.path);
    const auto route = site.route(row.path);
    CHECK(route.value("certificate", "") == (row.certificate == nullptr ? "" : row.certificate));
    CHECK(route.value("tokenCertificate", "") == (row.of_token == nullptr ? "" : row.of_token));
  }
}

}  // namespace router::app::explain_certificates_test
