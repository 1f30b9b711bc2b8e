#include "base/packed.h"

#include <doctest/doctest.h>

#include <limits>

namespace router::packed_test {

namespace {

struct Point {
  std::uint64_t x = 0;
  std::string name;
  friend bool operator==(const Point&, const Point&) = default;
};

template <class Archive, class Any>
requires std::same_as<std::remove_const_t<Any>, Point>
void fields(Archive& archive, Any& point) { archive(point.x, point.name); }

struct All {
  std::uint64_t number = std::numeric_limits<std::uint64_t>::max();
  bool flag = true;
  std::string text{"a\0b", 3};
  base::Secret secret{std::string("s")};
  base::milliseconds span{-5};
  base::WallTime time{std::chrono::milliseconds(1'800'000'000'123)};
  std::optional<base::WallTime> absent;
  std::optional<std::string> present{"there"};
  std::vector<Point> points{{1, "one"}, {300, ""}};
  std::vector<std::string> none;
  std::map<std::string, std::string> names{{"a", "1"}, {"b", ""}};
};

template <class Archive, class Any>
void all_fields(Archive& archive, Any& all) {
  archive(all.number, all.flag, all.text, all.secret, all.span, all.time, all.absent, all.present, all.points, all.none,
          all.names);
}

std::string packed_all() {
  base::Packer packer;
  all_fields(packer, static_cast<const All&>(All()));
  return std::string(packer.take().reveal());
}

}  // namespace

TEST_CASE("packed: what is written is read again, of every kind") {
  const auto bytes = packed_all();
  base::Unpacker unpacker(bytes);
  All read{.number = 0,
           .flag = false,
           .text = {},
           .secret = {},
           .span = {},
           .time = {},
           .absent = base::WallTime(),
           .present = {},
           .points = {},
           .none = {"x"},
           .names = {}};
  all_fields(unpacker, read);
  CHECK(unpacker.is_whole());
  const All all;
  CHECK(read.number == all.number);
  CHECK(read.flag);
  CHECK(read.text == all.text);
  CHECK(read.secret == all.secret);
  CHECK(read.span == all.span);
  CHECK(read.time == all.time);
  CHECK_FALSE(read.absent);
  CHECK(read.present == all.present);
  CHECK(read.points == all.points);
  CHECK(read.none.empty());
  CHECK(read.names == all.names);
}

TEST_CASE("packed: what is cut anywhere, or has more behind it, is not whole") {
  const auto bytes = packed_all();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    base::Unpacker unpacker(std::string_view(bytes).substr(0, length));
    All read;
    all_fields(unpacker, read);
    CHECK_FALSE(unpacker.is_whole());
  }
  const auto longer = bytes + "x";
  base::Unpacker unpacker(longer);
  All read;
  all_fields(unpacker, read);
  CHECK_FALSE(unpacker.is_whole());
}

TEST_CASE("packed: a length that nothing stands behind allocates nothing") {
  for (const std::string& bytes : {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), std::string(20, '\xff'),
                                   std::string("\x05"), std::string()}) {
    base::Unpacker unpacker(bytes);
    std::vector<Point> points;
    std::string text;
    unpacker(points, text);
    CHECK(points.size() <= 5);
    CHECK(text.empty());
    CHECK_FALSE(unpacker.is_whole());
  }
}

}  // namespace router::packed_test
