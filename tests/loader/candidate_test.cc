#include "loader/candidate.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "loader/memory_machine.h"

namespace elfwheel::loader {
namespace {

using test::ElfSpec;

const MachineKind kX86_64{elf::ElfClass::kElf64, elf::ByteOrder::kLittle, elf::EM_X86_64};

struct Judgement {
  CandidateUse use;
  std::string outcome;
  friend bool operator==(const Judgement&, const Judgement&) = default;
};
std::ostream& operator<<(std::ostream& out, const Judgement& judgement) {
  return out << static_cast<int>(judgement.use) << " " << judgement.outcome;
}

Judgement judge(test::MemoryMachine& machine, const MachineKind& kind = kX86_64) {
  ObjectCache::Store store(false);
  const Candidate candidate = examine_for_glibc(machine.files(), "/x.so", kind, store);
  EXPECT_EQ(candidate.facts != nullptr, candidate.use == CandidateUse::kTaken);
  return {candidate.use, candidate.outcome};
}
Judgement judge(const ElfSpec& spec, const MachineKind& kind = kX86_64) {
  test::MemoryMachine machine;
  machine.library("/x.so", spec);
  return judge(machine, kind);
}
// A good library with byte `offset` changed.
Judgement judge_patched(size_t offset, uint8_t value) {
  test::MemoryMachine machine;
  auto bytes = test::build_elf({});
  bytes[offset] = static_cast<std::byte>(value);
  machine.bytes("/x.so", std::move(bytes));
  return judge(machine);
}
Judgement refused(const std::string& why) { return {CandidateUse::kRefused, why}; }
Judgement passed(const std::string& why) { return {CandidateUse::kPassedOver, why}; }
const Judgement kFound{CandidateUse::kTaken, "found"};

TEST(Candidate, OfTheRightKindIsTaken) {
  EXPECT_EQ(judge(ElfSpec{}), kFound);
  EXPECT_EQ(judge({.os_abi = 3, .abi_version = 3}), kFound);
}

TEST(Candidate, OfEveryClassAndByteOrderIsTakenByItsOwnLoader) {
  for (const auto elf_class : {elf::ElfClass::kElf32, elf::ElfClass::kElf64})
    for (const auto order : {elf::ByteOrder::kLittle, elf::ByteOrder::kBig})
      EXPECT_EQ(judge({.elf_class = elf_class, .byte_order = order, .machine = elf::EM_MIPS},
                      {elf_class, order, elf::EM_MIPS}),
                kFound);
}

TEST(Candidate, OfAnotherClassOrMachineIsPassedOver) {
  EXPECT_EQ(judge({.elf_class = elf::ElfClass::kElf32, .machine = elf::EM_386}),
            passed("wrong ELF class"));
  EXPECT_EQ(judge({.machine = elf::EM_AARCH64, .os_abi = 77}), passed("wrong machine"));
  EXPECT_EQ(judge({.byte_order = elf::ByteOrder::kBig, .machine = elf::EM_S390}),
            passed("wrong machine"));
}

TEST(Candidate, ThatIsMissingIsPassedOverWithItsErrno) {
  test::MemoryMachine machine;
  EXPECT_EQ(judge(machine), passed("No such file or directory"));
  machine.link("/x.so", "x.so");
  EXPECT_EQ(judge(machine), passed("Too many levels of symbolic links"));
}

TEST(Candidate, ThatIsNoElfFileIsRefused) {
  test::MemoryMachine machine;
  machine.text("/x.so", "");
  EXPECT_EQ(judge(machine), refused("file too short"));
  machine.text("/x.so", std::string(64, 'x'));
  EXPECT_EQ(judge(machine), refused("invalid ELF header"));
  test::MemoryMachine directory;
  directory.text("/x.so/y", "");
  EXPECT_EQ(judge(directory), refused("cannot read file data: Is a directory"));
}

TEST(Candidate, WithAFaultyHeaderIsRefused) {
  EXPECT_EQ(judge_patched(5, 2), refused("ELF file data encoding is not the program's"));
  EXPECT_EQ(judge_patched(6, 2), refused("ELF file version ident does not match current one"));
  EXPECT_EQ(judge_patched(7, 9), refused("ELF file OS ABI invalid"));
  EXPECT_EQ(judge_patched(8, 1), refused("ELF file ABI version invalid"));
  EXPECT_EQ(judge({.os_abi = 3, .abi_version = 4}), refused("ELF file ABI version invalid"));
  EXPECT_EQ(judge_patched(12, 1), refused("nonzero padding in e_ident"));
  EXPECT_EQ(judge_patched(20, 2), refused("ELF file version does not match current one"));
  EXPECT_EQ(judge({.type = elf::ET_REL}), refused("only ET_DYN and ET_EXEC can be loaded"));
  EXPECT_EQ(judge_patched(54, 57), refused("ELF file's phentsize not the expected size"));
}

TEST(Candidate, ThatCannotBeMappedIsRefused) {
  EXPECT_EQ(judge({.type = elf::ET_EXEC}), refused("cannot dynamically load executable"));
  EXPECT_EQ(judge({.entries = {{elf::DT_FLAGS_1, elf::DF_1_PIE}}}),
            refused("cannot dynamically load position-independent executable"));
  // The type of the first program header, PT_LOAD, and of the second, PT_DYNAMIC.
  EXPECT_EQ(judge_patched(64, 0), refused("object file has no loadable segments"));
  EXPECT_EQ(judge_patched(64 + 56, 0), refused("object file has no dynamic section"));
  // The lowest byte of the first one's address.
  EXPECT_EQ(judge_patched(64 + 16, 8), refused("ELF load command address/offset not page-aligned"));
}

TEST(Candidate, IsJudgedAlikeFromASharedCache) {
  test::MemoryMachine machine;
  machine.library("/x.so", {.soname = "libx.so"});
  ObjectCache::Store store(true);
  for (int round = 0; round < 2; ++round) {
    const Candidate candidate = examine_for_glibc(machine.files(), "/x.so", kX86_64, store);
    ASSERT_EQ(candidate.use, CandidateUse::kTaken);
    EXPECT_EQ(candidate.facts->soname, "libx.so");
    EXPECT_EQ(candidate.id, machine.files().status("/x.so").id);
  }
  const MachineKind other{elf::ElfClass::kElf64, elf::ByteOrder::kLittle, elf::EM_AARCH64};
  EXPECT_EQ(examine_for_glibc(machine.files(), "/x.so", other, store).outcome, "wrong machine");
  const Candidate missing = examine_for_glibc(machine.files(), "/y.so", kX86_64, store);
  EXPECT_EQ(missing.error, ENOENT);
  EXPECT_EQ(missing.outcome, "No such file or directory");
}

}  // namespace
}  // namespace elfwheel::loader
