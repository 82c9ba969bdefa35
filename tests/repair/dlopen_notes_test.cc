#include "repair/dlopen_notes.h"

#include <gtest/gtest.h>

#include "scene.h"

namespace elfwheel::repair {
namespace {

using Texts = std::vector<std::string>;

Texts names_in(const std::string& notes) {
  const std::string content = test::library_with_notes({}, notes);
  return read_dlopen_names(elf::ElfFile::parse(Bytes(std::string_view(content))));
}

TEST(DlopenNotes, ArrayOfObjectsWithAlternatives) {
  EXPECT_EQ(names_in(test::dlopen_note(
                R"([{"soname":["libfoo.so.2","libfoo.so.1"],"priority":"suggested"},)"
                R"({"feature":"bar","soname":["libbar.so.1"]}])")),
            (Texts{"libfoo.so.2", "libfoo.so.1", "libbar.so.1"}));
}

TEST(DlopenNotes, OneObjectWithOneName) {
  EXPECT_EQ(names_in(test::dlopen_note(R"({"soname":"libfoo.so.1","feature":"foo"})")),
            Texts{"libfoo.so.1"});
}

TEST(DlopenNotes, SeveralNotesAddUpAndNoNameComesTwice) {
  EXPECT_EQ(names_in(test::dlopen_note(R"([{"soname":["libfoo.so.1"]}])") +
                     test::dlopen_note(R"([{"soname":["libbar.so","libfoo.so.1"]}])")),
            (Texts{"libfoo.so.1", "libbar.so"}));
}

TEST(DlopenNotes, WhatIsNoNameIsPassedOver) {
  for (const std::string json :
       {"", "[", "7", "[7]", R"([{"soname":7}])", R"([{"soname":[7,{},""]}])", R"([{"name":"x"}])",
        R"([{"soname":"/usr/lib/libfoo.so"}])", R"([{"soname":"a\u0000b"}])", "\xff"})
    EXPECT_EQ(names_in(test::dlopen_note(json)), Texts{}) << json;
}

TEST(DlopenNotes, DeepNestingEnds) {
  EXPECT_EQ(names_in(test::dlopen_note(std::string(1'000'000, '['))), Texts{});
}

TEST(DlopenNotes, NotesOfOthersSayNothing) {
  std::string note = test::dlopen_note(R"({"soname":"libfoo.so.1"})");
  note[12] = 'G';  // the owner
  EXPECT_EQ(names_in(note), Texts{});
}

}  // namespace
}  // namespace elfwheel::repair
