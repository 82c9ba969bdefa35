#include "loader/relocation_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/constants.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::loader {
namespace {

struct Machine {
  uint16_t machine;
  uint32_t copy;
  // Jump slot, then those of thread-local storage; 0 where there are fewer.
  std::array<uint32_t, 7> plt;
};

constexpr Machine kMachines[] = {
    // JUMP_SLOT, DTPMOD64, DTPOFF64, TPOFF64, TLSDESC
    {elf::EM_X86_64, 5, {7, 16, 17, 18, 36}},
    // JMP_SLOT, TLS_DTPMOD32, TLS_DTPOFF32, TLS_TPOFF32, TLS_TPOFF, TLS_DESC
    {elf::EM_386, 5, {7, 35, 36, 37, 14, 41}},
    // JUMP_SLOT, TLS_DTPMOD, TLS_DTPREL, TLS_TPREL, TLSDESC
    {elf::EM_AARCH64, 1024, {1026, 1028, 1029, 1030, 1031}},
    // JUMP_SLOT, TLS_DTPMOD32, TLS_DTPOFF32, TLS_TPOFF32, TLS_DESC
    {elf::EM_ARM, 20, {22, 17, 18, 19, 13}},
    // JUMP_SLOT, TLS_DTPMOD32/64, TLS_DTPREL32/64, TLS_TPREL32/64
    {elf::EM_RISCV, 4, {5, 6, 7, 8, 9, 10, 11}},
    // JMP_SLOT, TLS_DTPMOD, TLS_DTPOFF, TLS_TPOFF
    {elf::EM_S390, 9, {11, 54, 55, 56}},
};

}  // namespace

RelocationClass relocation_class(uint16_t machine, uint32_t type) {
  const auto* const found = std::find_if(std::begin(kMachines), std::end(kMachines),
                                         [&](const Machine& m) { return m.machine == machine; });
  if (found == std::end(kMachines))
    throw Error(ErrorCode::kUnsupported,
                fmt::format("bindings of this machine (e_machine {}) are not known", machine));
  if (type == 0) return RelocationClass::kNone;
  if (type == found->copy) return RelocationClass::kCopy;
  const auto& plt = found->plt;
  return std::find(plt.begin(), plt.end(), type) != plt.end() ? RelocationClass::kPlt
                                                              : RelocationClass::kPlain;
}

}  // namespace elfwheel::loader
