// LIEF agrees with what the writer makes, and with nothing that is wrong in it.

#include <gtest/gtest.h>

#include <cstring>

#include "elf/judges/fixtures.h"
#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"
#include "support/elf_builder.h"

namespace elfwheel::second_opinion {
namespace {

using elf::Edits;
using elf::ElfFile;
using test::fixture;
using Image = std::vector<std::byte>;

std::string objection(const Image& original, const Image& edited, const Edits& edits) {
  try {
    by_lief()(original, edited, edits);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
}

Edits rpath(const std::string& value) {
  Edits edits;
  edits.rpath = value;
  return edits;
}

const std::string kRpath = "/a/runpath/that/is/longer/than/the/one/of/the/fixture";

// Replaces `from`, which stands in the image's dynamic string table.
void replace_string(Image& image, std::string_view from, std::string_view to) {
  const ElfFile file = ElfFile::parse(image);
  const size_t table = static_cast<size_t>(file.dynamic_strings().data() - image.data());
  const size_t at = file.dynamic_strings().text().find(from);
  ASSERT_NE(at, std::string_view::npos) << from;
  std::memcpy(image.data() + table + at, to.data(), to.size());
}

// libplain.so with a new runpath, and a place in it to damage.
class DamagedImage : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(objection(original_, image_, edits_), ""); }

  std::string objection_now() const { return objection(original_, image_, edits_); }

  // The image's 64-bit word at `at`.
  void add_to_word(uint64_t at, uint64_t summand) {
    uint64_t word = 0;
    std::memcpy(&word, image_.data() + at, sizeof word);
    word += summand;
    std::memcpy(image_.data() + at, &word, sizeof word);
  }

  uint64_t entry_offset(uint64_t tag) const {
    const ElfFile file = ElfFile::parse(image_);
    for (size_t i = 0; i < file.dynamic().size(); ++i)
      if (file.dynamic()[i].tag == tag) return elf::raw(file.dynamic_offset()) + 16 * i;
    ADD_FAILURE() << "no entry " << tag;
    return 0;
  }

  uint64_t segment_offset(uint32_t type) const {
    const ElfFile file = ElfFile::parse(image_);
    for (size_t i = 0; i < file.segments().size(); ++i)
      if (file.segments()[i].p_type == type) return elf::raw(file.header().e_phoff) + 56 * i;
    ADD_FAILURE() << "no segment " << type;
    return 0;
  }

  const Image original_ = test::read_file(fixture("plain").path);
  const Edits edits_ = rpath(kRpath);
  Image image_ = elf::edit_in_memory(original_, edits_);
};

TEST_F(DamagedImage, WithAnotherRunpath) {
  replace_string(image_, kRpath, "/b" + kRpath.substr(2));
  EXPECT_EQ(objection_now(), "cross-check: LIEF reads no rpath or runpath \"" + kRpath +
                                 "\" after the edit; nothing was written");
}

TEST_F(DamagedImage, WithALostNeeded) {
  // DT_NEEDED becomes DT_AUXILIARY.
  add_to_word(entry_offset(elf::DT_NEEDED), elf::DT_AUXILIARY - elf::DT_NEEDED);
  EXPECT_EQ(objection_now(),
            "cross-check: LIEF reads needed 0 \"libc.so.6\" after the edit where it read "
            "\"libbase.so\"; nothing was written");
}

TEST_F(DamagedImage, WithAShiftedSegment) {
  add_to_word(segment_offset(elf::PT_GNU_RELRO) + 16, 16);
  EXPECT_EQ(objection_now().find("cross-check: LIEF reads no segment PT_GNU_RELRO at 0x"), 0u)
      << objection_now();
}

TEST_F(DamagedImage, WithARenamedSymbol) {
  replace_string(image_, "base_number", "base_numbed");
  EXPECT_NE(objection_now().find(" \"base_numbed@BASE_1.0\" value "), std::string::npos)
      << objection_now();
  EXPECT_NE(
      objection_now().find(" after the edit where it should read \"base_number@BASE_1.0\" value "),
      std::string::npos)
      << objection_now();
}

TEST_F(DamagedImage, WithAnotherSymbolValue) {
  const ElfFile file = ElfFile::parse(image_);
  const uint64_t table =
      elf::raw(*file.addresses().find_offset(elf::Vaddr{*file.find_dynamic(elf::DT_SYMTAB)}));
  add_to_word(table + 24 + 8, 4);  // st_value of symbol 1
  EXPECT_NE(objection_now().find("cross-check: LIEF reads symbol 1 "), std::string::npos)
      << objection_now();
}

TEST_F(DamagedImage, WithAnotherVersionNeed) {
  const ElfFile file = ElfFile::parse(image_);
  const uint64_t needs =
      elf::raw(*file.addresses().find_offset(elf::Vaddr{*file.find_dynamic(elf::DT_VERNEED)}));
  // vna_name of the first version: its string now begins a byte later.
  add_to_word(needs + 16 + 8, 1);
  EXPECT_NE(objection_now(), "");
}

TEST_F(DamagedImage, WithAnotherValueOfAnotherEntry) {
  add_to_word(entry_offset(elf::DT_INIT) + 8, 4);
  EXPECT_EQ(objection_now().find("cross-check: LIEF reads dynamic entry "), 0u) << objection_now();
}

TEST_F(DamagedImage, WithOtherCode) {
  const ElfFile file = ElfFile::parse(image_);
  for (const elf::Section& section : file.sections())
    if (section.name == ".text") image_[elf::raw(section.sh_offset)] ^= std::byte{1};
  EXPECT_NE(objection_now().find("\".text\""), std::string::npos) << objection_now();
}

TEST_F(DamagedImage, WithAnotherEntryPoint) {
  add_to_word(24, 16);
  EXPECT_EQ(objection_now().find("cross-check: LIEF reads header "), 0u) << objection_now();
}

TEST_F(DamagedImage, WithAnotherBuildId) {
  const ElfFile file = ElfFile::parse(image_);
  const elf::Segment* const notes = file.find_segment(elf::PT_NOTE);
  ASSERT_NE(notes, nullptr);
  image_[elf::raw(notes->p_offset) + notes->p_filesz - 1] ^= std::byte{1};
  EXPECT_EQ(objection_now().find("cross-check: LIEF reads no segment PT_NOTE at 0x"), 0u)
      << objection_now();
}

TEST_F(DamagedImage, WithoutAnythingThatIsAnElfFile) {
  image_[0] = std::byte{0};
  EXPECT_EQ(objection_now().find("cross-check: "), 0u) << objection_now();
}

TEST(ByLief, WantsTheEditToHaveHappened) {
  const Image original = test::read_file(fixture("plain").path);
  EXPECT_EQ(objection(original, original, rpath("/new")),
            "cross-check: LIEF reads no rpath or runpath \"/new\" after the edit; nothing was "
            "written");
  Edits edits;
  edits.soname = "libnew.so";
  EXPECT_EQ(objection(original, original, edits),
            "cross-check: LIEF reads soname \"libplain.so\" after the edit where it should read "
            "\"libnew.so\"; nothing was written");
}

// Symbols are found without section headers, too: it is not an empty list that is compared.
TEST(ByLief, SeesARenamedSymbolWithoutSectionHeaders) {
  const Image original = test::read_file(fixture("no_sections").path);
  Image image = elf::edit_in_memory(original, rpath(kRpath));
  ASSERT_EQ(objection(original, image, rpath(kRpath)), "");
  replace_string(image, "base_number", "base_numbed");
  EXPECT_NE(objection(original, image, rpath(kRpath)), "");
}

TEST(ByLief, AgreesWithEditsOfEditedFiles) {
  for (const char* name : {"plain", "no_spare", "text_first", "no_sections", "pie", "aarch64",
                           "arm", "s390x", "versions", "zip_behind"}) {
    SCOPED_TRACE(name);
    const Image first = test::read_file(fixture(name).path);
    const Image second = elf::edit_in_memory(first, rpath(kRpath));
    EXPECT_EQ(objection(first, second, rpath(kRpath)), "");
    const std::string longer = kRpath + kRpath + kRpath;
    const Image third = elf::edit_in_memory(second, rpath(longer));
    EXPECT_EQ(objection(second, third, rpath(longer)), "");
    const Image fourth = elf::edit_in_memory(third, rpath(""));
    EXPECT_EQ(objection(third, fourth, rpath("")), "");
  }
}

// One edit for every field of Edits, and all of them at once.
std::vector<Edits> every_kind() {
  std::vector<Edits> result(12);
  result[0].soname = "libanother_soname.so.1";
  result[1].remove_needed = {"libbase.so"};
  result[2].replace_needed = {{"libbase.so", "libanother.so"}};
  result[3].add_needed = {"libextra.so"};
  result[4].rpath_tag = elf::RpathTag::kRpath;
  result[5].interpreter = "/another/lib/ld-linux-x86-64.so.2";
  result[6].exec_stack = true;
  result[7].os_abi = uint8_t{3};
  result[8].no_default_lib = true;
  result[8].debug_tag = true;
  result[9].clear_versions = {"base_number", "strlen", "__cxa_finalize"};
  result[10].rename_symbols = {{"base_number", "a_longer_base_number"}, {"answer", "question"}};
  result[11].resolution_cache = std::vector<std::byte>(16, std::byte{1});
  Edits all;
  for (const Edits& each : result) {
    if (each.soname) all.soname = each.soname;
    if (each.exec_stack) all.exec_stack = each.exec_stack;
    if (each.os_abi) all.os_abi = each.os_abi;
    if (!each.rename_symbols.empty()) all.rename_symbols = each.rename_symbols;
    if (!each.replace_needed.empty()) all.replace_needed = each.replace_needed;
    if (!each.add_needed.empty()) all.add_needed = each.add_needed;
    if (each.resolution_cache) all.resolution_cache = each.resolution_cache;
  }
  all.rpath = kRpath;
  all.debug_tag = all.no_default_lib = true;
  result.push_back(all);
  return result;
}

class ByLiefOf : public testing::TestWithParam<test::Fixture> {};

TEST_P(ByLiefOf, AgreesWithEveryKindOfEdit) {
  const Image original = test::read_file(GetParam().path);
  const std::vector<Edits> kinds = every_kind();
  size_t edited = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    SCOPED_TRACE("edit " + std::to_string(i));
    Image image;
    try {
      image = elf::edit_in_memory(original, kinds[i]);
    } catch (const Error&) {
      continue;  // not for this file: tests/elf has the reasons
    }
    if (image.empty()) continue;
    ++edited;
    EXPECT_EQ(objection(original, image, kinds[i]), "");
    const Image again = elf::edit_in_memory(image, rpath("/elsewhere"));
    EXPECT_EQ(objection(image, again, rpath("/elsewhere")), "");
  }
  // Most suit most files; Go's programs, for one, have none of the names and no room to spare.
  EXPECT_GE(edited, 6u);
}

INSTANTIATE_TEST_SUITE_P(Writer, ByLiefOf,
                         testing::ValuesIn(test::fixtures_of({"library", "program"})),
                         [](const auto& test) { return test.param.name; });

// Files of the tests' own builder have a hash table without buckets to speak of and no sections.
TEST(ByLief, AgreesWithFilesOfAllClassesAndByteOrders) {
  for (const elf::ElfClass size : {elf::ElfClass::kElf32, elf::ElfClass::kElf64})
    for (const elf::ByteOrder order : {elf::ByteOrder::kLittle, elf::ByteOrder::kBig}) {
      test::ElfSpec spec;
      spec.elf_class = size;
      spec.byte_order = order;
      spec.machine = order == elf::ByteOrder::kBig ? elf::EM_PPC64 : elf::EM_X86_64;
      spec.needed = {"libc.so.6"};
      spec.runpath = "/old";
      const Image original = test::build_elf(spec);
      EXPECT_EQ(objection(original, elf::edit_in_memory(original, rpath(kRpath)), rpath(kRpath)),
                "");
    }
}

}  // namespace
}  // namespace elfwheel::second_opinion
