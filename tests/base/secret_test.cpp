#include "base/secret.h"

#include <doctest/doctest.h>

#include <sstream>
#include <type_traits>

#include "base/log.h"

namespace router::secret_test {

using router::base::LogValue;
using router::base::Secret;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST_CASE("secret: cannot be printed, logged or converted by accident") {
  CHECK_FALSE(Printable<Secret>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
  CHECK_FALSE(std::is_constructible_v<LogValue, Secret>);
}

TEST_CASE("secret: compares by content") {
  CHECK(bool(Secret("a") == Secret("a")));
  CHECK_FALSE(bool(Secret("a") == Secret("b")));
  CHECK_FALSE(bool(Secret("a") == Secret("aa")));
  CHECK(bool(Secret() == Secret("")));
}

TEST_CASE("secret: a moved-from one is empty, a copy is its own") {
  Secret first("token");
  const Secret copy = first;
  const Secret moved = std::move(first);
  CHECK(first.empty());
  CHECK(copy.reveal() == "token");
  CHECK(moved.reveal() == "token");
}

}  // namespace router::secret_test
