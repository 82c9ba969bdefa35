#include "elfwheel/report/wheel_audit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

using policy::Object;
using policy::Requirements;

Object member(const std::string& name) {
  Object object;
  object.name = name;
  object.root = true;
  return object;
}

// An extension that needs glibc 2.34 and a library outside, which is found or not.
ShownWheel cuda_wheel(bool found) {
  Requirements requirements;
  requirements.architecture = "x86_64";
  requirements.libc = elf::Libc::kGlibc;
  Object extension = member("pkg/_x.so");
  extension.version_uses = {{"libc.so.6", "GLIBC_2.34", {"dlopen", "dlsym"}}};
  extension.needed = {{"libcudart.so.12", std::nullopt}, {"libc.so.6", std::nullopt}};
  if (found) {
    extension.needed[0].object = 1;
    Object outside;
    outside.name = "/opt/cuda/libcudart.so.12.1";
    outside.inside = false;
    requirements.objects = {extension, outside};
  } else {
    requirements.objects = {extension};
  }
  ShownWheel shown;
  shown.file_name = "pkg-1-cp311-cp311-linux_x86_64.whl";
  shown.audit.evaluation = policy::evaluate(requirements);
  return shown;
}

TEST(WheelText, NamesTheTagAndWhatHoldsItBack) {
  ShownWheel shown = cuda_wheel(true);
  shown.repaired_tag = "manylinux_2_34_x86_64";
  EXPECT_EQ(render_wheel(shown, {}),
            "pkg-1-cp311-cp311-linux_x86_64.whl\n"
            "  platform tag now: linux_x86_64\n"
            "  after a repair:   manylinux_2_34_x86_64\n"
            "\n"
            "Libraries outside the wheel\n"
            "  libcudart.so.12 => /opt/cuda/libcudart.so.12.1\n"
            "      needed by pkg/_x.so\n"
            "\n"
            "Symbol versions that allow nothing better than manylinux_2_34_x86_64\n"
            "  pkg/_x.so: dlopen@GLIBC_2.34 of libc.so.6 (and 1 more) -> manylinux_2_34_x86_64\n");
}

TEST(WheelText, ListsWhatLibrariesDragInBehindWhatTheWheelNeeds) {
  Requirements requirements;
  requirements.architecture = "x86_64";
  requirements.libc = elf::Libc::kGlibc;
  Object extension = member("pkg/_x.so");
  extension.needed = {{"libz9.so.1", 1}};
  Object direct;
  direct.name = "/opt/libz9.so.1.0";
  direct.inside = false;
  direct.needed = {{"liba9.so.1", 2}};
  Object indirect;
  indirect.name = "/opt/liba9.so.1.0";
  indirect.inside = false;
  requirements.objects = {extension, direct, indirect};
  ShownWheel shown;
  shown.file_name = "x.whl";
  shown.audit.evaluation = policy::evaluate(requirements);
  EXPECT_EQ(render_wheel(shown, {}),
            "x.whl\n"
            "  platform tag now: linux_x86_64\n"
            "\n"
            "Libraries outside the wheel\n"
            "  libz9.so.1 => /opt/libz9.so.1.0\n"
            "      needed by pkg/_x.so\n"
            "\n"
            "Libraries that those need\n"
            "  liba9.so.1 => /opt/liba9.so.1.0, for libz9.so.1.0\n");
}

TEST(WheelText, SaysWhichLibraryIsNotFound) {
  const std::string text = render_wheel(cuda_wheel(false), {});
  EXPECT_NE(text.find("  libcudart.so.12 => not found\n      needed by pkg/_x.so\n"),
            std::string::npos)
      << text;
}

TEST(WheelText, CutsLongListsAndCounts) {
  ShownWheel shown;
  shown.file_name = "x.whl";
  for (int i = 0; i < 11; ++i) shown.audit.notes.push_back("note " + std::to_string(i));
  const std::string text = render_wheel(shown, {});
  EXPECT_NE(text.find("  note 7\n  ... and 3 more\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("note 8"), std::string::npos) << text;
}

TEST(WheelJson, HasAuditwheelsKeysInOrder) {
  const Json json = wheel_json(cuda_wheel(true), false);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"version", "wheel", "pure", "overall_tag", "sym_tag",
                                            "pyfpe", "ucs2", "unsupported_isa", "versioned_symbols",
                                            "external_libs", "policy_upgrades", "notes"}));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["overall_tag"], "linux_x86_64");
  EXPECT_EQ(json["sym_tag"], "manylinux_2_34_x86_64");
  EXPECT_EQ(json["unsupported_isa"], false);
  EXPECT_EQ(json["versioned_symbols"].dump(), R"({"libc.so.6":["GLIBC_2.34"]})");
  EXPECT_EQ(json["external_libs"].dump(), R"({"libcudart.so.12":"/opt/cuda/libcudart.so.12.1"})");
  EXPECT_EQ(json["policy_upgrades"]["manylinux_2_34_x86_64"].dump(),
            R"({"libs_to_eliminate":["libcudart.so.12"]})");
}

TEST(WheelJson, ALibraryThatIsNotFoundIsNull) {
  EXPECT_EQ(wheel_json(cuda_wheel(false), false)["external_libs"].dump(),
            R"({"libcudart.so.12":null})");
}

TEST(WheelJson, APureWheelIsAnErrorUnlessAllowed) {
  ShownWheel shown;
  shown.file_name = "p-1-py3-none-any.whl";
  shown.audit.pure = true;
  shown.audit.refusals = {"has no ELF file"};
  EXPECT_EQ(wheel_json(shown, false).dump(),
            R"({"version":1,"wheel":"p-1-py3-none-any.whl","error":"has no ELF file"})");
  EXPECT_EQ(wheel_json(shown, true).dump(),
            R"({"version":1,"wheel":"p-1-py3-none-any.whl","pure":true})");
}

}  // namespace
}  // namespace elfwheel::report
