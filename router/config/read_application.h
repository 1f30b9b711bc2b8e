// The descriptor of an application in the HTML5 repository -> a configuration of its own: that of the central
// descriptor, with the routes, headers and pages of the application.
//
// What an application may not decide is left out, for whoever uploads applications is not who runs the router: no
// file of the router's (localDir, errorPage.file), no endpoint of the router's own but its logout. Its paths are as
// within the application; those that a browser is sent to, and its logoutEndpoint, have the segment in front. Pure.
// Source: docs/contract/html5.md section 1.
#pragma once

#include <memory>
#include <string>

#include "config/issue.h"
#include "config/model.h"

namespace router::config {

// Destinations and services with a logoutPath that are told; what an application has beyond them is a warning.
inline constexpr std::size_t kMostApplicationLogouts = 100;

struct ApplicationDescriptor {
  std::shared_ptr<const Configuration> configuration;  // null with errors
  Issues issues;
};

// `segment`: what stands before its paths, without slashes.
ApplicationDescriptor read_application(std::string text, const Configuration& central, const std::string& segment);

}  // namespace router::config
