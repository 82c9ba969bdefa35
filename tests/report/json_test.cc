#include "elfwheel/report/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

TEST(Json, KeysKeepTheirOrder) {
  Json json;
  json["b"] = 1;
  json["a"] = nullptr;
  EXPECT_EQ(json_text(json), "{\n  \"b\": 1,\n  \"a\": null\n}\n");
}

TEST(Json, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(json_text(Json("a\xff")), "\"a\xef\xbf\xbd\"\n");
}

TEST(Json, OneInputGivesItsObjectAndSeveralAnArray) {
  EXPECT_EQ(json_of_inputs({Json(1)}, false), Json(1));
  EXPECT_EQ(json_of_inputs({Json(1)}, true), Json::array({1}));
  EXPECT_EQ(json_of_inputs({Json(1), Json(2)}, true), Json::array({1, 2}));
}

}  // namespace
}  // namespace elfwheel::report
