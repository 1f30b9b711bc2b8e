#include "base/flat_multimap.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace router::flat_multimap_test {

using base::FlatMultimap;

TEST_CASE("flat multimap: finds what std::multimap finds, whatever comes and goes") {
  std::mt19937 random(7);
  std::vector<int> values(300);
  base::FlatMultimap<int> flat;
  std::multimap<std::uint32_t, int*> expected;
  for (int step = 0; step < 20'000; ++step) {
    // few keys, and keys that share a home slot
    const auto key = static_cast<std::uint32_t>((random() % 20) * 1024 + random() % 3);
    int* value = &values[random() % values.size()];
    const auto [first, last] = expected.equal_range(key);
    const auto known = std::find_if(first, last, [&](const auto& item) { return item.second == value; });
    if (random() % 2 == 0 && known == last) {
      flat.insert(key, value);
      expected.emplace(key, value);
    } else {
      flat.erase(key, value);
      if (known != last) expected.erase(known);
    }
    REQUIRE(flat.size() == expected.size());
    if (step % 50 != 0) continue;
    std::multiset<int*> found, wanted;
    flat.for_each(key, [&](int& one) { found.insert(&one); });
    for (auto [it, end] = expected.equal_range(key); it != end; ++it) wanted.insert(it->second);
    REQUIRE(found == wanted);
  }
}

TEST_CASE("flat multimap: an empty one holds nothing") {
  base::FlatMultimap<int> flat;
  int value = 0;
  flat.erase(1, &value);
  flat.for_each(1, [](int&) { FAIL("nothing is there"); });
  CHECK(flat.size() == 0);
}

}  // namespace router::flat_multimap_test
