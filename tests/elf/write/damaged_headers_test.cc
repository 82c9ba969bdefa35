// Files whose headers contradict each other in places that the loader does not look at. Several
// hundred are made from fixtures by writing pseudo-random values over fields; of those that still
// load, each edit is refused with an Error or leaves a file that loads.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "elf/judges/fixtures.h"
#include "elf/judges/readelf.h"
#include "elf/judges/run.h"
#include "elf/write/edit_cases.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::test {
namespace {

using elf::ElfFile;
using Image = std::vector<std::byte>;

// What each library's answer() returns, or how it failed, in one run of one process.
Lines load_each(const std::vector<std::string>& paths) {
  std::string input;
  for (const std::string& path : paths) input += path + "\n";
  return lines_of(run({ELFWHEEL_FIXTURES "/tools/load_each", "10"},
                      {{"LD_LIBRARY_PATH", fixture("plain").dependencies()}}, input)
                      .out);
}

// A field that is written over: of the header, of a program or section header, of a dynamic entry.
struct Field {
  uint64_t offset;
  size_t width;
};

std::vector<Field> fields_of(const ElfFile& file) {
  std::vector<Field> fields;
  const elf::Header& header = file.header();
  for (const uint64_t at : {0x28u, 0x30u}) fields.push_back({at, at == 0x28 ? 8u : 4u});
  for (uint64_t at = 0x34; at < 0x40; at += 2) fields.push_back({at, 2});
  for (uint64_t i = 0; i < header.e_phnum; ++i)
    for (const auto& [at, width] :
         {std::pair{0, 4}, {4, 4}, {8, 8}, {16, 8}, {24, 8}, {32, 8}, {40, 8}, {48, 8}})
      fields.push_back(
          {raw(header.e_phoff) + i * 56 + static_cast<uint64_t>(at), static_cast<size_t>(width)});
  for (uint64_t i = 0; i < header.e_shnum; ++i)
    for (const auto& [at, width] : {std::pair{0, 4},
                                    {4, 4},
                                    {8, 8},
                                    {16, 8},
                                    {24, 8},
                                    {32, 8},
                                    {40, 4},
                                    {44, 4},
                                    {48, 8},
                                    {56, 8}})
      fields.push_back(
          {raw(header.e_shoff) + i * 64 + static_cast<uint64_t>(at), static_cast<size_t>(width)});
  for (uint64_t i = 0; i < file.dynamic_capacity(); ++i)
    for (const uint64_t at : {0u, 8u})
      fields.push_back({raw(file.dynamic_offset()) + i * 16 + at, 8});
  return fields;
}

uint64_t read_field(const Image& image, const Field& field) {
  uint64_t value = 0;
  for (size_t i = field.width; i-- > 0;)
    value = value << 8 | static_cast<uint64_t>(image[field.offset + i]);
  return value;
}

void write_field(Image& image, const Field& field, uint64_t value) {
  for (size_t i = 0; i < field.width; ++i)
    image[field.offset + i] = static_cast<std::byte>(value >> (8 * i));
}

// Another value: near the old one, near the file's size, another field's, extreme, or any.
uint64_t other_value(std::mt19937_64& random, const Image& image, const std::vector<Field>& fields,
                     uint64_t old) {
  switch (random() % 6) {
    case 0:
      return old + 1 + random() % 64;
    case 1:
      return old - 1 - random() % 64;
    case 2:
      return image.size() - 64 + random() % 128;
    case 3:
      return read_field(image, fields[random() % fields.size()]);
    case 4:
      return random() % 2 == 0 ? 0 : ~uint64_t{0} << (random() % 64);
    default:
      return random() >> (random() % 64);
  }
}

Image damaged(const Image& original, const std::vector<Field>& fields, uint64_t seed) {
  std::mt19937_64 random(seed);
  Image image = original;
  const size_t count = 1 + random() % 2;
  for (size_t i = 0; i < count; ++i) {
    const Field& field = fields[random() % fields.size()];
    write_field(image, field, other_value(random, image, fields, read_field(image, field)));
  }
  return image;
}

class DamagedHeaders : public testing::TestWithParam<const char*> {
 protected:
  static constexpr uint64_t kFiles = 300;

  // Writes kFiles damaged copies; the paths of those that load and answer 42.
  std::vector<std::string> still_loading() {
    const Image original = read_file(fixture(GetParam()).path);
    const auto fields = fields_of(ElfFile::parse(original));
    std::vector<std::string> paths;
    for (uint64_t seed = 0; seed < kFiles; ++seed) {
      paths.push_back(directory_.file(fmt::format("{}.so", seed)));
      write_file(paths.back(), damaged(original, fields, seed));
    }
    const Lines answers = load_each(paths);
    EXPECT_EQ(answers.size(), paths.size());
    std::vector<std::string> result;
    for (size_t i = 0; i < answers.size(); ++i)
      if (answers[i] == "42") result.push_back(paths[i]);
    return result;
  }

  TemporaryDirectory directory_;
};

TEST_P(DamagedHeaders, AreRefusedOrLoadAfterAnEdit) {
  const std::vector<std::string> paths = still_loading();
  EXPECT_GT(paths.size(), kFiles / 4);
  const Fixture& base = fixture(GetParam());
  size_t refused = 0;
  for (const elf::Edits& edits : {short_rpath(base), long_rpath(base), all_at_once(base)}) {
    std::vector<std::string> edited;
    for (const std::string& path : paths) {
      try {
        const std::string target = path + ".edited";
        write_file(target, edit(read_file(path), edits));
        edited.push_back(target);
      } catch (const Error&) {
        ++refused;
      }
    }
    const Lines answers = load_each(edited);
    ASSERT_EQ(answers.size(), edited.size());
    for (size_t i = 0; i < answers.size(); ++i)
      EXPECT_EQ(answers[i], "42") << edited[i] << ", rpath of " << edits.rpath->size();
  }
  // Few are; most damage is where nobody looks.
  EXPECT_LT(refused, paths.size() * 3 / 2);
}

// The reduced cases, each of a field that the loader does not look at.

Field value_of(const ElfFile& file, uint64_t tag) {
  for (size_t i = 0; i < file.dynamic().size(); ++i)
    if (file.dynamic()[i].tag == tag) return {raw(file.dynamic_offset()) + i * 16 + 8, 8};
  throw std::runtime_error("no such entry");
}

// Refused, or it answers as before.
void expect_survives(const Image& image, const Fixture& base) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("edited.so");
  write_file(path, image);
  ASSERT_EQ(load_each({path}), Lines{"42"});
  for (const elf::Edits& edits : {long_rpath(base), all_at_once(base)}) {
    try {
      write_file(path, edit(image, edits));
    } catch (const Error&) {
      continue;
    }
    EXPECT_EQ(load_each({path}), Lines{"42"});
  }
}

// The loader goes by the address, and most other readers by the offset.
TEST(PlaceOfTheDynamicSection, IsOneThatTheLoaderAgreesWith) {
  Image image = read_file(fixture("plain").path);
  const ElfFile file = ElfFile::parse(image);
  elf::Edits edits;
  edits.rpath = "/x";
  ASSERT_NO_THROW(elf::edit_in_memory(image, edits));
  for (uint64_t i = 0; i < file.header().e_phnum; ++i) {
    if (file.segments()[i].p_type != elf::PT_DYNAMIC) continue;
    const Field address{raw(file.header().e_phoff) + i * 56 + 16, 8};
    write_field(image, address, read_field(image, address) + 0x1000000);
  }
  EXPECT_THROW(elf::edit_in_memory(image, edits), Error);
}

// Not even where an editor would take one of them for its own.
TEST(Segments, MustNotLieOverOneAnother) {
  Image image = read_file(fixture("plain").path);
  const ElfFile file = ElfFile::parse(image);
  elf::Edits edits;
  edits.rpath = "/x";
  const uint64_t headers = raw(file.header().e_phoff);
  uint64_t before = 0;
  for (uint64_t i = 0; i < file.header().e_phnum; ++i) {
    if (file.segments()[i].p_type != elf::PT_LOAD) continue;
    const Field address{headers + i * 56 + 16, 8};
    if (before != 0) {
      write_field(image, {before + 40, 8},
                  read_field(image, address) - read_field(image, {before + 16, 8}) + 1);
      break;
    }
    before = headers + i * 56;
  }
  EXPECT_THROW(elf::edit_in_memory(image, edits), Error);
}

// Behind which nothing could be placed but at the file's end, time and again.
TEST(SectionBeyondTheFile, DoesNotMakeItGrow) {
  Image image = read_file(fixture("plain").path);
  const ElfFile file = ElfFile::parse(image);
  for (size_t i = 0; i < file.sections().size(); ++i)
    if (file.sections()[i].name == ".comment")
      write_field(image, {raw(file.header().e_shoff) + i * 64 + 32, 8}, uint64_t{1} << 40);
  std::vector<size_t> sizes;
  for (const size_t length : {500u, 600u, 500u, 600u}) {
    elf::Edits edits;
    edits.rpath = std::string(length, 'r');
    image = elf::edit_in_memory(image, edits);
    sizes.push_back(image.size());
  }
  EXPECT_EQ(sizes[1], sizes[3]);
}

// glibc follows vn_next and vd_next, and never asks how many there are.
TEST(NumberOfVersions, DoesNotDecideWhatIsKept) {
  for (const char* name : {"plain", "no_sections", "versions"})
    for (const uint64_t count : {0u, 1u, 7u}) {
      SCOPED_TRACE(name);
      Image image = read_file(fixture(name).path);
      write_field(image, value_of(ElfFile::parse(image), elf::DT_VERNEEDNUM), count);
      expect_survives(image, fixture(name));
    }
}

// The loader takes DT_STRTAB without a length; what stands behind the strings must not go with
// them.
TEST(LengthOfTheStringTable, DoesNotReachIntoOtherTables) {
  for (const char* name : {"plain", "lld", "gold", "no_sections"})
    for (const uint64_t more : {uint64_t{24}, uint64_t{200}, uint64_t{1} << 40}) {
      SCOPED_TRACE(name);
      Image image = read_file(fixture(name).path);
      const ElfFile file = ElfFile::parse(image);
      const Field field = value_of(file, elf::DT_STRSZ);
      const uint64_t size = *file.find_dynamic(elf::DT_STRSZ);
      write_field(image, field, size + more);
      expect_survives(image, fixture(name));
      write_field(image, {field.offset - 8, 8}, 0x6000cafe);  // no DT_STRSZ at all
      expect_survives(image, fixture(name));
    }
}

INSTANTIATE_TEST_SUITE_P(Writer, DamagedHeaders,
                         testing::Values("plain", "lld", "gold", "relr", "no_sections", "versions"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace elfwheel::test
