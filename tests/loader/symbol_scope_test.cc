#include "loader/symbol_scope.h"

#include <gtest/gtest.h>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

std::string number(uint32_t value, unsigned size) {
  std::string bytes;
  for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

// One entry of DT_VERNEED and one of DT_VERDEF, both with index 2.
std::string version_tables(uint32_t needed_name, uint32_t defined_name) {
  const std::string need = number(1, 2) + number(1, 2) + number(needed_name, 4) + number(16, 4) +
                           number(0, 4) + number(0, 4) + number(0, 2) + number(2, 2) +
                           number(needed_name, 4) + number(0, 4);
  const std::string definition = number(1, 2) + number(0, 2) + number(2, 2) + number(1, 2) +
                                 number(0, 4) + number(20, 4) + number(0, 4) +
                                 number(defined_name, 4) + number(0, 4);
  return need + definition;
}

TEST(SymbolScope, DefinedVersionCountsWhereANeededOneHasTheSameIndex) {
  test::ElfSpec spec{.soname = "DEFINED", .needed = {"NEEDED"}};
  spec.payload = version_tables(0, 0);
  const uint64_t size = spec.payload.size();
  const auto fill_in = [&](uint64_t tables) {
    spec.entries = {{elf::DT_VERSYM, tables},
                    {elf::DT_VERNEED, tables},
                    {elf::DT_VERNEEDNUM, 1},
                    {elf::DT_VERDEF, tables + 32},
                    {elf::DT_VERDEFNUM, 1}};
  };
  fill_in(0);
  fill_in(test::build_elf(spec).size() - size);  // offsets are addresses
  const auto bytes = test::build_elf(spec);
  const auto parsed = elf::ElfFile::parse(Bytes(bytes));
  spec.payload = version_tables(static_cast<uint32_t>(*parsed.find_dynamic(elf::DT_NEEDED)),
                                static_cast<uint32_t>(*parsed.find_dynamic(elf::DT_SONAME)));
  test::MemoryMachine machine;
  machine.library("/lib/libx.so", spec);

  const auto map = machine.resolve("/lib/libx.so");
  const ScopeObject object(machine.files(), map, 0);
  elf::DynamicSymbol symbol;
  symbol.version = 2;
  EXPECT_EQ(object.version_of(symbol), "DEFINED");
}

}  // namespace
}  // namespace elfwheel::loader
