// This machine's own programs and libraries, before the real loader.
#include <gtest/gtest.h>

#include <algorithm>

#include "differential/real_loader.h"
#include "elfwheel/base/error.h"
#include "elfwheel/base/file_system.h"
#include "elfwheel/elf/libc.h"

namespace elfwheel::test {
namespace {

// Whether ld.so can be asked about the file: x86-64, dynamic, glibc's, not set-id (LD_TRACE_... is
// ignored there).
bool is_askable(const std::string& path) {
  const FileStatus status = host_file_system().status(path);
  if (status.error != 0 || status.kind != FileKind::kRegular || (status.mode & 06000) != 0)
    return false;
  const OpenedFile opened = host_file_system().open(path);
  if (opened.error != 0 || !elf::ElfFile::has_magic(opened.contents->bytes())) return false;
  try {
    const auto file = elf::ElfFile::parse(opened.contents->bytes());
    const auto libc = elf::find_libc(file);
    return file.header().e_machine == elf::EM_X86_64 && file.is_64() && file.has_dynamic() &&
           file.strings_of(elf::DT_AUXILIARY).empty() && !file.needed().empty() &&
           libc == elf::Libc::kGlibc;
  } catch (const Error&) {
    return false;
  }
}

// About `limit` files of a directory, evenly spread over it.
std::vector<std::string> sample(const std::string& directory, size_t limit,
                                const std::string& part) {
  std::vector<std::string> all;
  for (const auto& name : host_file_system().list_directory(directory))
    if (name.find(part) != std::string::npos) all.push_back(directory + "/" + name);
  std::vector<std::string> chosen;
  const size_t step = std::max<size_t>(1, all.size() / (2 * limit));
  for (size_t i = 0; i < all.size() && chosen.size() < limit; i += step)
    if (is_askable(all[i])) chosen.push_back(all[i]);
  return chosen;
}

void expect_same(const std::vector<std::string>& files) {
  ASSERT_GE(files.size(), 20u);
  for (const auto& file : files) EXPECT_EQ(ask_elfwheel(file), ask_glibc(file)) << file;
}

TEST(RealFiles, ProgramsOfThisMachineAreLoadedAsTheRealLoaderDoes) {
  expect_same(sample("/usr/bin", 60, ""));
}

TEST(RealFiles, LibrariesOfThisMachineAreLoadedAsTheRealLoaderDoes) {
  expect_same(sample("/usr/lib/x86_64-linux-gnu", 60, ".so"));
}

}  // namespace
}  // namespace elfwheel::test
