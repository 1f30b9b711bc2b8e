#include "config/ip_ranges.h"

#include <doctest/doctest.h>

namespace router::config::ip_ranges_test {
namespace {

TEST_CASE("ip ranges: an address is in a range or not") {
  struct Row {
    const char* range;
    const char* address;
    bool inside;
  };
  for (const Row& row : {Row{"10.0.0.0/8", "10.255.0.1", true},
                         Row{"10.0.0.0/8", "11.0.0.1", false},
                         Row{"172.16.0.0/12", "172.31.255.255", true},
                         Row{"172.16.0.0/12", "172.32.0.0", false},
                         Row{"192.0.2.7", "192.0.2.7", true},
                         Row{"192.0.2.7", "192.0.2.8", false},
                         Row{"10.0.0.0/8", "::ffff:10.1.2.3", true},
                         Row{"::ffff:10.0.0.0/104", "10.1.2.3", true},
                         Row{"fc00::/7", "fd12::1", true},
                         Row{"fc00::/7", "fe80::1", false},
                         Row{"fe80::/10", "fe80::1%eth0", true},
                         Row{"0.0.0.0/0", "8.8.8.8", true},
                         Row{"0.0.0.0/0", "2001:db8::1", false},
                         Row{"::/0", "8.8.8.8", true},
                         Row{"private", "100.64.0.1", true},
                         Row{"private", "127.9.9.9", true},
                         Row{"private", "::1", true},
                         Row{"private", "8.8.8.8", false},
                         Row{"10.0.0.0/8", "10.0.0", false},
                         Row{"10.0.0.0/8", "", false},
                         Row{"10.0.0.0/8", "010.0.0.1", false}}) {
    CAPTURE(row.range);
    CAPTURE(row.address);
    CHECK(IpRanges({row.range}).contains(std::string_view(row.address)) == row.inside);
  }
}

TEST_CASE("ip ranges: what is not a range is refused") {
  for (const char* text : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "10.0.0", "host",
                           "fe80::1%eth0/64", "10.0.0.0/8 "}) {
    CAPTURE(text);
    CHECK_FALSE(IpRanges::is_valid(text));
  }
}

TEST_CASE("ip ranges: addresses come as bytes too") {
  const IpRanges ranges({"10.0.0.0/8"});
  const std::uint8_t inside[] = {10, 1, 2, 3};
  const std::uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, 2, 3};
  CHECK(ranges.contains(std::span<const std::uint8_t>(inside)));
  CHECK(ranges.contains(std::span<const std::uint8_t>(mapped)));
  CHECK_FALSE(ranges.contains(std::span<const std::uint8_t>(inside).first(3)));
}

}  // namespace
}  // namespace router::config::ip_ranges_test
