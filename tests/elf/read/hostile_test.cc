// Files made to mislead: each lie is answered with one Error that names field and values.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/elf_file.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"
#include "support/elf_builder.h"

namespace elfwheel::test {
namespace {

using elf::DynEntry;
using elf::ElfFile;
using Image = std::vector<std::byte>;

// Offsets in what build_elf makes: 64-bit little-endian, no PT_INTERP (gABI chapters 4 and 5).
constexpr size_t kEiClass = 4, kEiData = 5, kEiVersion = 6;
constexpr size_t kPhoff = 0x20, kShoff = 0x28, kPhentsize = 0x36, kPhnum = 0x38;
constexpr size_t kShentsize = 0x3a, kShnum = 0x3c;
constexpr size_t kLoad = 64, kDynamic = kLoad + 56;
constexpr size_t kType = 0, kOffset = 8, kFilesz = 32;
constexpr uint64_t kHugeOffset = 0xffffffffffffff00;

void set(Image& image, size_t at, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) image[at + i] = static_cast<std::byte>(value >> (8 * i));
}

template <class Body>
std::string error_of(ErrorCode code, Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

std::string parse_error(ErrorCode code, const Image& image) {
  return error_of(code, [&] { ElfFile::parse(image); });
}

std::string text_of_size(const Image& image) { return fmt::format("{:#x}", image.size()); }

Image small_library() {
  ElfSpec spec;
  spec.soname = "libsmall.so";
  spec.needed = {"libc.so.6"};
  spec.spare_entries = 2;
  return build_elf(spec);
}

// A library whose payload is a table that `tag` points at; `more` are further entries.
Image library_with_table(uint64_t tag, const std::string& table, std::vector<DynEntry> more = {},
                         uint16_t machine = elf::EM_X86_64) {
  ElfSpec spec;
  spec.machine = machine;
  spec.payload = table;
  spec.entries = std::move(more);
  spec.entries.push_back({tag, 0});
  const Image trial = build_elf(spec);
  spec.entries.back().value = trial.size() - table.size();
  return build_elf(spec);
}

std::string words(std::initializer_list<uint32_t> values) {
  std::string result;
  for (const uint32_t value : values)
    for (int shift = 0; shift < 32; shift += 8) result += static_cast<char>(value >> shift);
  return result;
}
uint32_t halves(uint32_t low, uint32_t high) { return low | high << 16; }

TEST(ElfHeader, IsNotThere) {
  EXPECT_EQ(parse_error(ErrorCode::kCorrupt, {}), "not an ELF file");
  const std::string script = "#!/bin/sh\necho an honest script of some length, but no ELF file\n";
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { ElfFile::parse(Bytes(script)); }),
            "not an ELF file");
}

TEST(ElfHeader, IsCutOff) {
  Image image = small_library();
  image.resize(63);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "ELF header: offset 0x0 + size 0x40 exceeds the 0x3f bytes available");
  image.resize(15);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "ELF identification: offset 0x0 + size 0x10 exceeds the 0xf bytes available");
}

TEST(ElfHeader, HasAnUnknownIdentification) {
  Image image = small_library();
  set(image, kEiClass, 3, 1);
  EXPECT_EQ(parse_error(ErrorCode::kUnsupported, image), "EI_CLASS 3 is neither 32 nor 64 bit");
  image = small_library();
  set(image, kEiData, 0, 1);
  EXPECT_EQ(parse_error(ErrorCode::kUnsupported, image), "EI_DATA 0 is no known byte order");
  image = small_library();
  set(image, kEiVersion, 7, 1);
  EXPECT_EQ(parse_error(ErrorCode::kUnsupported, image), "EI_VERSION 7 is not 1");
}

TEST(ProgramHeaders, LieOutsideTheFile) {
  Image image = small_library();
  set(image, kPhoff, kHugeOffset, 8);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "program header table: offset 0xffffffffffffff00 + size 0xa8 exceeds the " +
                text_of_size(image) + " bytes available");
}

TEST(ProgramHeaders, AreTooMany) {
  Image image = small_library();
  set(image, kPhnum, 0xfffe, 2);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "program header table: offset 0x40 + size 0x37ff90 exceeds the " + text_of_size(image) +
                " bytes available");
}

TEST(ProgramHeaders, AreSmallerThanAProgramHeader) {
  Image image = small_library();
  set(image, kPhentsize, 8, 2);
  EXPECT_EQ(parse_error(ErrorCode::kCorrupt, image),
            "program header table: entry size 8 is less than the 56 bytes of an entry");
}

TEST(ProgramHeaders, MayStandFurtherApartThanTheirSize) {
  const Image small = small_library();
  Image image = small;
  image.resize(image.size() + 3 * 64);
  for (size_t i = 0; i < 3; ++i)
    std::copy_n(small.begin() + static_cast<long>(kLoad + i * 56), 56,
                image.begin() + static_cast<long>(small.size() + i * 64));
  set(image, kPhoff, small.size(), 8);
  set(image, kPhentsize, 64, 2);
  const ElfFile file = ElfFile::parse(image);
  ASSERT_EQ(file.segments().size(), 3u);
  EXPECT_EQ(file.segments()[2].p_type, elf::PT_GNU_STACK);
  EXPECT_EQ(file.soname(), "libsmall.so");
}

TEST(Segment, LiesOutsideTheFile) {
  Image image = small_library();
  set(image, kLoad + kOffset, kHugeOffset, 8);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "program header 0 (PT_LOAD): offset 0xffffffffffffff00 + size " + text_of_size(image) +
                " exceeds the " + text_of_size(image) + " bytes available");
}

TEST(Segment, HasASizeThatOverflows) {
  Image image = small_library();
  set(image, kLoad + kFilesz, UINT64_MAX, 8);
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            "program header 0 (PT_LOAD): offset 0x0 + size 0xffffffffffffffff exceeds the " +
                text_of_size(image) + " bytes available");
}

TEST(Segment, HoldsAnInterpreterOutsideTheFile) {
  Image image = small_library();
  set(image, kDynamic + kType, elf::PT_INTERP, 4);
  set(image, kDynamic + kFilesz, 0x123456, 8);
  const auto offset = ElfFile::parse(small_library()).dynamic_offset();
  EXPECT_EQ(parse_error(ErrorCode::kTruncated, image),
            fmt::format("PT_INTERP: offset {:#x} + size 0x123456 exceeds the {:#x} bytes available",
                        raw(offset), image.size()));
}

TEST(DynamicSection, LiesOutsideTheFile) {
  Image image = small_library();
  set(image, kDynamic + kFilesz, 0x10000000, 8);
  const auto offset = ElfFile::parse(small_library()).dynamic_offset();
  EXPECT_EQ(
      parse_error(ErrorCode::kTruncated, image),
      fmt::format("PT_DYNAMIC: offset {:#x} + size 0x10000000 exceeds the {:#x} bytes available",
                  raw(offset), image.size()));
}

TEST(DynamicSection, MayBeEmpty) {
  Image image = small_library();
  set(image, kDynamic + kFilesz, 0, 8);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_TRUE(file.has_dynamic());
  EXPECT_TRUE(file.dynamic().empty());
  EXPECT_TRUE(file.needed().empty());
  EXPECT_EQ(elf::count_dynamic_symbols(file), 0u);
}

// The offset of an entry's value in the file.
size_t value_of(const Image& image, uint64_t tag) {
  const ElfFile file = ElfFile::parse(image);
  for (size_t i = 0; i < file.dynamic().size(); ++i)
    if (file.dynamic()[i].tag == tag) return raw(file.dynamic_offset()) + i * 16 + 8;
  ADD_FAILURE() << "no entry " << tag;
  return 0;
}

TEST(StringTable, LiesInNoSegment) {
  Image image = small_library();
  set(image, value_of(image, elf::DT_STRTAB), 0x7fff0000, 8);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { file.needed(); }),
            "dynamic string table: string offset 0x1 is outside the 0x0 bytes of the table");
}

TEST(StringTable, IsLeftByAnOffset) {
  Image image = small_library();
  set(image, value_of(image, elf::DT_SONAME), 0xffffffff, 8);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { file.soname(); }),
            "dynamic string table: string offset 0xffffffff is outside the 0x17 bytes of the "
            "table");
}

TEST(StringTable, EndsWithinAString) {
  Image image = small_library();
  set(image, value_of(image, elf::DT_STRSZ), 5, 8);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { file.needed(); }),
            "dynamic string table: string at 0x1 has no end within the table");
}

TEST(StringTable, SaysItIsLargerThanTheFile) {
  Image image = small_library();
  set(image, value_of(image, elf::DT_STRSZ), UINT64_MAX, 8);
  EXPECT_EQ(ElfFile::parse(image).soname(), "libsmall.so");
}

TEST(SectionHeaders, LieOutsideTheFile) {
  Image image = small_library();
  set(image, kShoff, kHugeOffset, 8);
  set(image, kShentsize, 64, 2);
  set(image, kShnum, 3, 2);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { file.sections(); }),
            "section header table: offset 0xffffffffffffff00 + size 0xc0 exceeds the " +
                text_of_size(image) + " bytes available");
}

TEST(SectionHeaders, HaveACountThatOverflows) {
  Image image = small_library();
  const size_t table = image.size();
  image.resize(table + 64);
  set(image, kShoff, table, 8);
  set(image, kShentsize, 64, 2);
  set(image, kShnum, 0, 2);
  set(image, table + 0x20, UINT64_MAX / 2, 8);  // sh_size of section 0: the real count
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { file.sections(); }),
            "section header table: 0x7fffffffffffffff entries of 0x40 bytes overflow");
}

TEST(SysvHash, CountsMoreSymbolsThanTheFileHolds) {
  Image image = small_library();
  const uint64_t hash = ElfFile::parse(image).find_dynamic(elf::DT_HASH).value_or(0);
  set(image, hash + 4, 0x7fffffff, 4);  // nchain
  const ElfFile file = ElfFile::parse(image);
  const uint64_t available =
      file.addresses().available_from(elf::Vaddr{file.find_dynamic(elf::DT_SYMTAB).value_or(0)});
  EXPECT_EQ(
      error_of(ErrorCode::kTruncated, [&] { elf::read_dynamic_symbols(file); }),
      fmt::format("DT_SYMTAB: offset 0x0 + size 0xbffffffe8 exceeds the {:#x} bytes available",
                  available));
}

TEST(SysvHash, CountsMoreSymbolsThanAnAddressSpaceHolds) {
  // s390x has 64-bit hash tables; the image is big endian there, so all bytes are ones.
  ElfSpec spec;
  spec.machine = elf::EM_S390;
  spec.byte_order = elf::ByteOrder::kBig;
  spec.payload = std::string(24, '\xff');
  spec.entries = {{elf::DT_HASH, 0}};
  spec.entries[0].value = build_elf(spec).size() - 24;
  // The builder's own DT_HASH comes last and would win; a filler tag takes its place.
  Image image = build_elf(spec);
  const ElfFile before = ElfFile::parse(image);
  for (size_t i = 1; i < before.dynamic().size(); ++i)
    if (before.dynamic()[i].tag == elf::DT_HASH)
      image[raw(before.dynamic_offset()) + i * 16 + 7] = std::byte{elf::DT_DEBUG};
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { elf::read_dynamic_symbols(file); }),
            "DT_SYMTAB: 0xffffffffffffffff entries of 0x18 bytes overflow");
}

// The builder's DT_HASH would be asked first; it becomes a tag without a meaning here.
Image gnu_hash_library(const std::string& table) {
  Image image = library_with_table(elf::DT_GNU_HASH, table);
  set(image, value_of(image, elf::DT_HASH) - 8, elf::DT_DEBUG, 8);
  return image;
}

TEST(GnuHash, HasAChainWithoutAnEnd) {
  // One bucket, first symbol 1, a bloom filter of one word; the chain words never have bit 0.
  const Image image = gnu_hash_library(words({1, 1, 1, 0, 0, 0, 1, 2, 2, 2}));
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::count_dynamic_symbols(file); }),
            "DT_GNU_HASH chain: offset 0x28 + size 0x4 exceeds the 0x28 bytes available");
}

TEST(GnuHash, HasMoreBucketsThanTheFileHolds) {
  const Image image = gnu_hash_library(words({0xffffffff, 1, 1, 0, 0, 0, 1, 2}));
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::count_dynamic_symbols(file); }),
            "DT_GNU_HASH buckets: offset 0x18 + size 0x3fffffffc exceeds the 0x20 bytes available");
}

TEST(GnuHash, HasABloomFilterLargerThanTheFile) {
  const Image image = gnu_hash_library(words({1, 1, 0xffffffff, 0, 0, 0, 1, 2}));
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::count_dynamic_symbols(file); }),
            "DT_GNU_HASH buckets: offset 0x800000008 + size 0x4 exceeds the 0x20 bytes available");
}

TEST(VersionNeeds, LieInNoSegment) {
  ElfSpec spec;
  spec.entries = {{elf::DT_VERNEED, 0x7fff0000}, {elf::DT_VERNEEDNUM, 1}};
  const Image image = build_elf(spec);
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { elf::read_version_needs(file); }),
            "DT_VERNEED: no PT_LOAD has bytes for address 0x7fff0000");
}

TEST(VersionNeeds, LeadOutOfTheFile) {
  // vn_version, vn_cnt; vn_file; vn_aux; vn_next.
  const Image image = library_with_table(elf::DT_VERNEED, words({halves(1, 0), 0, 16, 0x1000}),
                                         {{elf::DT_VERNEEDNUM, UINT64_MAX}});
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::read_version_needs(file); }),
            "DT_VERNEED: offset 0x1000 + size 0x10 exceeds the 0x10 bytes available");
}

TEST(VersionNeeds, HaveEntriesOutsideTheFile) {
  const Image image = library_with_table(elf::DT_VERNEED, words({halves(1, 1), 0, 0xffffff00, 0}),
                                         {{elf::DT_VERNEEDNUM, 1}});
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::read_version_needs(file); }),
            "DT_VERNEED entry: offset 0xffffff00 + size 0x10 exceeds the 0x10 bytes available");
}

TEST(VersionDefinitions, LeadOutOfTheFile) {
  // vd_version, vd_flags; vd_ndx, vd_cnt; vd_hash; vd_aux; vd_next.
  const Image image =
      library_with_table(elf::DT_VERDEF, words({halves(1, 0), halves(2, 0), 0, 20, 0x2000}),
                         {{elf::DT_VERDEFNUM, UINT64_MAX}});
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::read_version_definitions(file); }),
            "DT_VERDEF: offset 0x2000 + size 0x14 exceeds the 0x14 bytes available");
}

// Thousands of needs that share one list of thousands of versions: small on disk, without bound in
// memory if every list were read anew.
TEST(VersionNeeds, ThatShareTheirEntriesAreRefused) {
  constexpr uint32_t kNeeds = 4096;
  std::string table;
  for (uint32_t i = 0; i < kNeeds; ++i)
    table += words({halves(1, 0xffff), 0, (kNeeds - i) * 16, i + 1 < kNeeds ? 16u : 0u});
  for (uint32_t i = 0; i < kNeeds; ++i) table += words({0, 0, 0, i + 1 < kNeeds ? 16u : 0u});
  const Image image = library_with_table(elf::DT_VERNEED, table, {{elf::DT_VERNEEDNUM, kNeeds}});
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { elf::read_version_needs(file); }),
            "DT_VERNEED: more entries than its bytes can hold");
}

TEST(VersionDefinitions, ThatShareTheirEntriesAreRefused) {
  constexpr uint32_t kDefinitions = 4096;
  std::string table;
  for (uint32_t i = 0; i < kDefinitions; ++i)
    table += words({halves(1, 0), halves(2, 0xffff), 0, (kDefinitions - i) * 20,
                    i + 1 < kDefinitions ? 20u : 0u});
  for (uint32_t i = 0; i < kDefinitions; ++i) table += words({0, i + 1 < kDefinitions ? 8u : 0u});
  const Image image =
      library_with_table(elf::DT_VERDEF, table, {{elf::DT_VERDEFNUM, kDefinitions}});
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kCorrupt, [&] { elf::read_version_definitions(file); }),
            "DT_VERDEF: more entries than its bytes can hold");
}

// The small library with its PT_GNU_STACK turned into a PT_NOTE over `note` behind it.
Image library_with_note(const std::string& note) {
  ElfSpec spec;
  spec.payload = note;
  Image image = build_elf(spec);
  const size_t header = kLoad + 2 * 56;
  set(image, header + kType, elf::PT_NOTE, 4);
  set(image, header + kOffset, image.size() - note.size(), 8);
  set(image, header + kFilesz, note.size(), 8);
  set(image, header + 48, 4, 8);  // p_align
  return image;
}

TEST(Note, HasANameLargerThanItsSegment) {
  const Image image = library_with_note(words({0xffffffff, 0, 1}));
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::read_notes(file); }),
            "note name: offset 0xc + size 0xffffffff exceeds the 0xc bytes available");
}

TEST(Note, HasADescriptionLargerThanItsSegment) {
  const Image image = library_with_note(words({4, 0xfffffff0, 3, 0x00554e47}));
  const ElfFile file = ElfFile::parse(image);
  EXPECT_EQ(error_of(ErrorCode::kTruncated, [&] { elf::find_build_id(file); }),
            "note description: offset 0x10 + size 0xfffffff0 exceeds the 0x10 bytes available");
}

TEST(Note, InTwoSegmentsIsReadOnce) {
  Image image = library_with_note(words({4, 4, 3, 0x00554e47, 0x04030201}));
  // PT_DYNAMIC becomes a second PT_NOTE over the same bytes.
  std::copy_n(image.begin() + kLoad + 2 * 56, 56, image.begin() + kDynamic);
  const ElfFile file = ElfFile::parse(image);
  ASSERT_EQ(elf::read_notes(file).size(), 1u);
  EXPECT_EQ(elf::find_build_id(file), "01020304");
}

}  // namespace
}  // namespace elfwheel::test
