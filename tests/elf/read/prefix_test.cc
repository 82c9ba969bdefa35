// Cut and damaged files: an Error, or facts; never a crash, a hang or a read outside the bytes
// (each prefix is its own allocation, so that AddressSanitizer sees one).

#include <gtest/gtest.h>

#include "elf/judges/fixtures.h"
#include "elf/judges/readelf.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/elf/notes.h"
#include "elfwheel/elf/symbols.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;

// Everything that the reader can say without section headers.
Lines all_facts(Bytes bytes) {
  const ElfFile file = ElfFile::parse(bytes);
  Lines facts = dynamic_lines(file);
  for (const Lines& more :
       {segment_lines(file), symbol_lines(file), version_lines(file), note_lines(file)})
    facts.insert(facts.end(), more.begin(), more.end());
  facts.push_back(std::string(elf::libc_name(elf::find_libc(file))));
  return facts;
}

class EveryPrefix : public testing::TestWithParam<const char*> {};

TEST_P(EveryPrefix, IsAnErrorOrReadsTheSame) {
  const std::vector<std::byte> whole = read_file(fixture(GetParam()).path);
  const Lines facts = all_facts(whole);
  size_t errors = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> prefix(whole.begin(), whole.begin() + static_cast<long>(size));
    try {
      ASSERT_EQ(all_facts(prefix), facts) << "prefix of " << size << " bytes";
    } catch (const Error& error) {
      ++errors;
      ASSERT_STRNE(error.what(), "");
    }
  }
  // The loader's part of the file cannot be missed; behind it only section headers are lost.
  const ElfFile file = ElfFile::parse(whole);
  uint64_t end = 0;
  for (const elf::Segment& segment : file.segments())
    end = std::max(end, raw(segment.p_offset) + segment.p_filesz);
  EXPECT_EQ(errors, end);
}

INSTANTIATE_TEST_SUITE_P(Reader, EveryPrefix, testing::Values("lld", "arm", "s390x", "versions"),
                         [](const auto& test) { return std::string(test.param); });

TEST(TruncatedFile, NamesTheSegmentThatIsCutOff) {
  std::vector<std::byte> bytes = read_file(fixture("plain").path);
  bytes.resize(0x2e00);
  try {
    ElfFile::parse(bytes);
    FAIL() << "parsed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kTruncated);
    EXPECT_STREQ(error.what(),
                 "program header 3 (PT_LOAD): offset 0x2da0 + size 0x27f exceeds the 0x2e00 bytes "
                 "available");
  }
}

// Each byte of the tables that the reader follows, set to values that make offsets and counts
// wrong.
void read_everything(Bytes bytes) {
  try {
    const ElfFile file = ElfFile::parse(bytes);
    file.needed();
    elf::read_dynamic_symbols(file);
    elf::read_version_needs(file);
    elf::read_version_definitions(file);
    elf::x86_isa_needed(file);
    file.sections();
  } catch (const Error& error) {
    ASSERT_STRNE(error.what(), "");
  }
}

TEST(DamagedFile, NeverCrashesTheReader) {
  constexpr size_t kTables = 0x700;  // header, program headers, symbols, versions; .dynamic
  for (const char* name : {"versions", "arm", "s390x", "notes"}) {
    std::vector<std::byte> image = read_file(fixture(name).path);
    const size_t dynamic = raw(ElfFile::parse(image).dynamic_offset());
    for (const size_t start : {size_t{0}, dynamic}) {
      for (size_t at = start; at < std::min(start + kTables, image.size()); ++at) {
        const std::byte original = image[at];
        for (const unsigned value : {0x00u, 0x01u, 0x7fu, 0xffu}) {
          image[at] = static_cast<std::byte>(value);
          read_everything(image);
        }
        image[at] = original;
      }
    }
  }
}

}  // namespace
}  // namespace elfwheel::test
