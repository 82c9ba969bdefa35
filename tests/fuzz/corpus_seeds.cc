// corpus_seeds DIR: small files of every class and byte order, from the tests' builder.

#include <filesystem>
#include <fstream>

#include "support/elf_builder.h"

namespace {

using namespace elfwheel;

void write(const std::filesystem::path& path, const test::ElfSpec& spec) {
  const std::vector<std::byte> bytes = test::build_elf(spec);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

void write_all(const std::filesystem::path& directory, const std::string& name,
               const test::ElfSpec& base) {
  test::ElfSpec library = base;
  library.soname = "libx.so.1";
  library.needed = {"liba.so", "libb.so"};
  library.runpath = "$ORIGIN/lib";
  library.spare_entries = 4;
  write(directory / ("built_library_" + name), library);
  test::ElfSpec full = base;
  full.needed = {"liba.so"};
  full.rpath = "/lib";
  full.strings = {{elf::DT_AUXILIARY, "libaux.so"}, {elf::DT_FILTER, "libf.so"}};
  full.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}, {elf::DT_DEBUG, 0}};
  full.payload = std::string(100, 'p');
  write(directory / ("built_full_" + name), full);
  test::ElfSpec program = base;
  program.interp = "/lib/ld.so.1";
  program.needed = {"libc.so.6"};
  program.spare_entries = 1;
  write(directory / ("built_program_" + name), program);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const elf::ElfClass elf_class : {elf::ElfClass::kElf32, elf::ElfClass::kElf64})
    for (const elf::ByteOrder order : {elf::ByteOrder::kLittle, elf::ByteOrder::kBig}) {
      test::ElfSpec spec;
      spec.elf_class = elf_class;
      spec.byte_order = order;
      spec.machine = order == elf::ByteOrder::kBig ? elf::EM_MIPS : elf::EM_X86_64;
      write_all(argv[1],
                std::string(elf_class == elf::ElfClass::kElf32 ? "32" : "64") +
                    (order == elf::ByteOrder::kBig ? "_big" : "_little"),
                spec);
    }
  return 0;
}
