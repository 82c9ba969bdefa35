#include "loader/candidate.h"

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {

namespace {

Candidate pass_over(Candidate candidate, int error, std::string outcome) {
  candidate.use = CandidateUse::kPassedOver;
  candidate.error = error;
  candidate.outcome = std::move(outcome);
  return candidate;
}

Candidate refuse(Candidate candidate, std::string outcome) {
  candidate.use = CandidateUse::kRefused;
  candidate.facts = nullptr;
  candidate.outcome = std::move(outcome);
  return candidate;
}

Candidate take(Candidate candidate, const ObjectFacts* facts) {
  candidate.use = CandidateUse::kTaken;
  candidate.facts = facts;
  candidate.outcome = "found";
  return candidate;
}

// Fields of the header as the loader compares them, before anything is known to be right.
class HeaderView {
 public:
  HeaderView(Bytes bytes, const MachineKind& kind) : bytes_(bytes), kind_(kind) {}

  size_t needed_size() const { return is_64() ? 64 : 52; }
  uint8_t ident(size_t index) const { return static_cast<uint8_t>(bytes_.data()[index]); }
  uint16_t type() const { return half(16); }
  uint16_t machine() const { return half(18); }
  uint32_t version() const {
    const uint32_t first = half(20);
    const uint32_t second = half(22);
    return is_big() ? first << 16 | second : second << 16 | first;
  }
  uint16_t segment_size() const { return half(is_64() ? 54 : 42); }
  bool has_padding() const {
    for (size_t i = 9; i < 16; ++i)
      if (ident(i) != 0) return true;
    return false;
  }

 private:
  bool is_64() const { return kind_.elf_class == elf::ElfClass::kElf64; }
  bool is_big() const { return kind_.byte_order == elf::ByteOrder::kBig; }
  uint16_t half(size_t offset) const {
    const unsigned first = ident(offset);
    const unsigned second = ident(offset + 1);
    return static_cast<uint16_t>(is_big() ? first << 8 | second : second << 8 | first);
  }

  Bytes bytes_;
  MachineKind kind_;
};

constexpr size_t kClass = 4, kData = 5, kVersion = 6, kOsAbi = 7, kAbiVersion = 8;
constexpr uint8_t kOsAbiSystemV = 0, kOsAbiGnu = 3;

// What is wrong with the rest of a header whose magic, class and machine are right.
std::optional<std::string> find_header_fault(const HeaderView& header, const MachineKind& kind) {
  if (header.ident(kData) != static_cast<uint8_t>(kind.byte_order))
    return "ELF file data encoding is not the program's";
  if (header.ident(kVersion) != 1) return "ELF file version ident does not match current one";
  const uint8_t os_abi = header.ident(kOsAbi);
  if (os_abi != kOsAbiSystemV && os_abi != kOsAbiGnu) return "ELF file OS ABI invalid";
  if (header.ident(kAbiVersion) > (os_abi == kOsAbiGnu ? 3 : 0))
    return "ELF file ABI version invalid";
  if (header.has_padding()) return "nonzero padding in e_ident";
  if (header.version() != 1) return "ELF file version does not match current one";
  if (header.type() != elf::ET_DYN && header.type() != elf::ET_EXEC)
    return "only ET_DYN and ET_EXEC can be loaded";
  if (header.segment_size() != (kind.elf_class == elf::ElfClass::kElf64 ? 56 : 32))
    return "ELF file's phentsize not the expected size";
  return std::nullopt;
}

// What glibc finds wrong when it maps a file whose header is right.
std::optional<std::string> find_mapping_fault(const ObjectFacts& facts) {
  if (facts.has_misplaced_load) return "ELF load command address/offset not page-aligned";
  if (facts.header.e_type == elf::ET_EXEC) return "cannot dynamically load executable";
  if (!facts.has_load) return "object file has no loadable segments";
  if (!facts.has_dynamic) return "object file has no dynamic section";
  if ((facts.flags_1 & elf::DF_1_PIE) != 0)
    return "cannot dynamically load position-independent executable";
  return std::nullopt;
}

// Looks at a shared store before the file is opened. True when that settles it: the file is missing
// (`candidate.error`) or known (`candidate.facts`).
bool find_known(const FileSystem& files, const std::string& path, const MachineKind& kind,
                const ObjectCache::Store& store, Candidate& candidate) {
  if (!store.is_shared()) return false;
  const FileStatus status = files.status(path);
  candidate.error = status.error;
  if (status.error != 0) return true;
  const ObjectFacts* const facts = store.find(status.id);
  if (facts == nullptr || facts->kind() != kind) return false;
  candidate.id = status.id;
  candidate.facts = facts;
  return true;
}

Candidate parse_candidate(Candidate candidate, Bytes bytes, ObjectCache::Store& store) {
  if (const ObjectFacts* const known = store.find(candidate.id))
    return take(std::move(candidate), known);
  try {
    return take(candidate, &store.add(candidate.id, read_object_facts(elf::ElfFile::parse(bytes))));
  } catch (const Error& error) {
    return refuse(std::move(candidate), error.what());
  }
}

}  // namespace

Candidate examine_for_glibc(const FileSystem& files, const std::string& path,
                            const MachineKind& kind, ObjectCache::Store& store) {
  Candidate candidate;
  if (find_known(files, path, kind, store, candidate)) {
    if (candidate.facts == nullptr)
      return pass_over(candidate, candidate.error, errno_text(candidate.error));
    const auto fault = find_mapping_fault(*candidate.facts);
    return fault ? refuse(candidate, *fault) : take(candidate, candidate.facts);
  }
  const OpenedFile file = files.open(path);
  // A directory opens, but cannot be read.
  if (file.error == EISDIR)
    return refuse(std::move(candidate), "cannot read file data: Is a directory");
  if (file.error != 0) return pass_over(std::move(candidate), file.error, errno_text(file.error));
  candidate.id = file.id;

  const Bytes bytes = file.contents->bytes();
  const HeaderView header(bytes, kind);
  if (bytes.size() < header.needed_size()) return refuse(std::move(candidate), "file too short");
  if (!elf::ElfFile::has_magic(bytes)) return refuse(std::move(candidate), "invalid ELF header");
  if (header.ident(kClass) != static_cast<uint8_t>(kind.elf_class))
    return pass_over(std::move(candidate), ENOENT, "wrong ELF class");
  if (header.machine() != kind.machine)
    return pass_over(std::move(candidate), ENOENT, "wrong machine");
  if (const auto fault = find_header_fault(header, kind))
    return refuse(std::move(candidate), *fault);

  candidate = parse_candidate(std::move(candidate), bytes, store);
  if (candidate.use != CandidateUse::kTaken) return candidate;
  const auto fault = find_mapping_fault(*candidate.facts);
  return fault ? refuse(std::move(candidate), *fault) : candidate;
}

Candidate examine_for_musl(const FileSystem& files, const std::string& path,
                           const MachineKind& kind, ObjectCache::Store& store) {
  constexpr const char* kRefusal = "Exec format error";
  Candidate candidate;
  const auto judge = [&](const ObjectFacts& facts) {
    const bool fits = facts.header.elf_class == kind.elf_class &&
                      facts.header.byte_order == kind.byte_order &&
                      (facts.header.e_type == elf::ET_DYN || facts.header.e_type == elf::ET_EXEC) &&
                      facts.has_dynamic;
    return fits ? take(candidate, &facts) : refuse(candidate, kRefusal);
  };
  if (find_known(files, path, kind, store, candidate)) {
    if (candidate.facts != nullptr) return judge(*candidate.facts);
    return pass_over(candidate, candidate.error, errno_text(candidate.error));
  }
  const OpenedFile file = files.open(path);
  if (file.error == EISDIR) return refuse(std::move(candidate), "Is a directory");
  if (file.error != 0) return pass_over(std::move(candidate), file.error, errno_text(file.error));
  candidate.id = file.id;
  // musl does not look at the magic number, but what it would take for program headers in a file
  // without one is no file that anybody means.
  if (!elf::ElfFile::has_magic(file.contents->bytes()))
    return refuse(std::move(candidate), kRefusal);
  candidate = parse_candidate(std::move(candidate), file.contents->bytes(), store);
  return candidate.use == CandidateUse::kTaken ? judge(*candidate.facts) : candidate;
}

}  // namespace elfwheel::loader
