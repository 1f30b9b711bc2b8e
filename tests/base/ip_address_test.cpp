#include "base/ip_address.h"

#include <doctest/doctest.h>

namespace router::ip_address_test {

using base::IpAddress;

TEST_CASE("ip address: a proxy's spelling of a hop is the address alone, what is none is nothing [S3]") {
  struct Row {
    const char* written;
    const char* address;  // empty: none
  };
  for (const Row& row : {Row{"192.0.2.7", "192.0.2.7"},
                         Row{"192.0.2.7:5060", "192.0.2.7"},
                         Row{"::ffff:192.0.2.7", "192.0.2.7"},
                         Row{"::FFFF:C000:0207", "192.0.2.7"},
                         Row{"[::ffff:192.0.2.7]:80", "192.0.2.7"},
                         Row{"2001:DB8:0::1", "2001:db8::1"},
                         Row{"[2001:db8::1]", "2001:db8::1"},
                         Row{"[2001:db8::1]:443", "2001:db8::1"},
                         Row{"fe80::1%eth0", "fe80::1"},
                         Row{"[fe80::1%25eth0]:1", "fe80::1"},
                         Row{"", ""},
                         Row{"unknown", ""},
                         Row{"_hidden", ""},
                         Row{"192.0.2", ""},
                         Row{"192.0.2.07", ""},
                         Row{"192.0.2.7:", ""},
                         Row{"192.0.2.7:x", ""},
                         Row{"192.0.2.7:65536", ""},
                         Row{"[192.0.2.7]:80", ""},
                         Row{"[2001:db8::1", ""},
                         Row{"[2001:db8::1]443", ""},
                         Row{"2001:db8::1:", ""},
                         Row{"for=192.0.2.7", ""},
                         Row{"\"192.0.2.7\"", ""}}) {
    CAPTURE(row.written);
    const auto address = IpAddress::parse_hop(row.written);
    CHECK((address ? address->to_string() : "") == row.address);
  }
}

TEST_CASE("ip address: limits count an IPv6 network of 64 bits as one home, and each IPv4 address apart [S3]") {
  struct Row {
    const char* one;
    const char* other;
    bool same;
  };
  for (const Row& row : {Row{"2001:db8::1", "2001:db8::ffff:2", true}, Row{"2001:db8::1", "2001:db8:0:1::1", false},
                         Row{"192.0.2.7", "192.0.2.8", false}, Row{"192.0.2.7", "::ffff:192.0.2.7", true},
                         Row{"::ffff:192.0.2.7", "::ffff:192.0.2.8", false}, Row{"::ffff:192.0.2.7", "::1", false},
                         Row{"64:ff9b::192.0.2.7", "64:ff9b::192.0.2.8", false}, Row{"no address", "no address", true},
                         Row{"no address", "another", false}}) {
    CAPTURE(row.one);
    CAPTURE(row.other);
    CHECK((base::home_of(row.one) == base::home_of(row.other)) == row.same);
  }
}

}  // namespace router::ip_address_test
