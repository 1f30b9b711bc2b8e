// Header fields that are configured. Part of config/model.h.
#pragma once

#include <string>

namespace router::config {

// A field that a back-end is sent.
struct Header {
  std::string name;
  std::string value;
};

// A field of every answer: responseHeaders, httpHeaders.
struct ResponseHeader {
  std::string name;
  std::string value;
  bool overrides = false;  // "override": a back-end's own field of that name gives way
};

}  // namespace router::config
