#include "base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace router::result_test {

using namespace router::base;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{ErrorCode::bad_request, Side::client, "odd"};
  return number / 2;
}

}  // namespace

TEST_CASE("result: holds a value or an error") {
  CHECK(half(4).has_value());
  CHECK(*half(4) == 2);
  CHECK_FALSE(half(3));
  CHECK(half(3).error().detail == "odd");
  CHECK(half(3).value_or(7) == 7);
  CHECK(half(8).value_or(7) == 4);
}

TEST_CASE("result: moves what cannot be copied") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const auto owned = *std::move(result);
  CHECK(*owned == 5);
}

TEST_CASE("result: of void is success or an error") {
  const Result<void> good;
  const Result<void> bad(Error{ErrorCode::timeout, Side::back_end, "late", true});
  CHECK(good.has_value());
  CHECK_FALSE(bad.has_value());
  CHECK(bad.error().retryable);
}

TEST_CASE("result: of void is a pointer, and copied with its error [issue 13]") {
  static_assert(sizeof(Result<void>) == sizeof(void*));
  const Result<void> bad(Error{ErrorCode::timeout, Side::back_end, "late", true});
  Result<void> copy = bad;
  copy.error().detail = "later";
  CHECK(bad.error().detail == "late");
  copy = Result<void>();
  CHECK(copy.has_value());
  copy = bad;
  CHECK(copy.error().detail == "late");
}

TEST_CASE("error: is described by code, side and detail") {
  CHECK(describe({ErrorCode::timeout, Side::identity_provider, "token endpoint did not answer"}) ==
        "timeout (identity_provider): token endpoint did not answer");
}

}  // namespace router::result_test
