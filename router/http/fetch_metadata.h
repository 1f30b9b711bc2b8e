// What a request says about how it was made: a person opening a page, a script, a form of another site, or a browser that
// fetches ahead.
//
// By the Sec-Fetch fields; clients that send none (command lines, old browsers) are taken at their word. What follows
// from it is decided by login and logout (logout/navigation.h). Pure; any thread. Source: Fetch Metadata (W3C); the
// fields that Next.js, Turbo and htmx document for their prefetches; docs/contract/descriptor.md "Identity";
// docs/contract/oidc.md 72 and 84.
#pragma once

#include "http/external.h"
#include "http/message.h"

namespace router::http {

// Whether Accept names HTML, as browsers do that open a page.
bool accepts_html(const Headers& headers);

// A person opening a page, who can be sent to log in. A script or form needs a 401 instead: a redirect would end in a page
// that it cannot read, and its body would be lost.
bool is_navigation(const Request& request);

// Whether the answer is shown to a person, who is redirected, or read by a script, which is told where to go. Posted
// forms count as the former.
bool expects_a_page(const Request& request);

// Whether a state-changing request comes from another site: by Sec-Fetch-Site, else by Origin.
bool is_cross_site(const Request& request, const External& external);

// By any of the fields with which browsers and page frameworks say that nobody has asked for the page yet.
bool is_prefetch(const Request& request);

}  // namespace router::http
