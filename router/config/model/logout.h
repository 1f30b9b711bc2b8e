// What holds for logouts whoever asks for them: the rest of `logout` is its dialects' (config/dialects.h).
// Part of config/model.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace router::config {

using base::seconds;

enum class CrossSiteLogout { confirm, allow, deny };

struct LogoutRules {
  std::optional<bool> revoke_tokens;  // absent: where the provider advertises it
  seconds revoke_after{60};
  std::size_t longest_hint = 2000;  // bytes of a URL with an id_token_hint; longer ones go without
  bool posts_to_provider = false;   // providerMethod: POST
  std::vector<std::string> clear_site_data;
  CrossSiteLogout cross_site = CrossSiteLogout::confirm;
  bool receipt_link = false;  // the browser may see which applications have confirmed
};

}  // namespace router::config
