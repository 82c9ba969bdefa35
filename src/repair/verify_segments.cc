// What program headers and flags say of how a file can be loaded, on this machine and on others.
#include <fmt/format.h>

#include <algorithm>

#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

// What glibc keeps for libraries that are opened (elf/dl-tls.c, _dl_tls_static_surplus_init; up to
// 2.31 TLS_STATIC_SURPLUS, 64 + 16 * 100).
constexpr uint64_t kStaticTlsSurplus = 1664;

// The largest page of AArch64, 64-bit PowerPC and LoongArch kernels; of Android from version 15 on.
constexpr uint64_t kLargestPage = 0x10000;
constexpr uint64_t kLargestAndroidPage = 0x4000;

bool has_large_pages(uint16_t machine) {
  return machine == elf::EM_AARCH64 || machine == elf::EM_PPC64 || machine == elf::EM_LOONGARCH;
}

// Where a file without PT_GNU_STACK gets an executable stack (glibc's DEFAULT_STACK_PERMS).
bool is_executable_by_default(uint16_t machine) {
  return machine == elf::EM_X86_64 || machine == elf::EM_386;
}

uint64_t static_tls_of(const elf::ElfFile& file) {
  const elf::Segment* const tls = file.find_segment(elf::PT_TLS);
  const uint64_t flags = file.find_dynamic(elf::DT_FLAGS).value_or(0);
  return tls != nullptr && (flags & elf::DF_STATIC_TLS) != 0 ? tls->p_memsz : 0;
}

class SegmentCheck {
 public:
  SegmentCheck(const CheckedFiles& checked, elf::Libc libc, const std::vector<bool>& imported)
      : checked_(checked), libc_(libc), imported_(imported) {}

  std::vector<Finding> run() {
    for (size_t i = 0; i < checked_.files.size(); ++i) {
      const CheckedFile& file = checked_.files[i];
      check_stack(file, imported_[i]);
      check_text(file);
      check_pages(file);
      if (imported_[i] && !file.is_program && libc_ != elf::Libc::kAndroid) check_tls(file);
    }
    if (small_tls_ > kStaticTlsSurplus)
      findings_.push_back({Severity::kWarning, Check::kStaticTls, "",
                           fmt::format("all files together reserve {} bytes of static thread-local "
                                       "storage, a process has {} for what it opens: the last "
                                       "import may fail",
                                       small_tls_, kStaticTlsSurplus),
                           "compile without -ftls-model=initial-exec"});
    return std::move(findings_);
  }

 private:
  void add(Severity severity, Check check, const CheckedFile& file, std::string message,
           std::string advice) {
    findings_.push_back({severity, check, file.name, std::move(message), std::move(advice)});
  }

  bool is_glibc() const { return libc_ == elf::Libc::kGlibc || libc_ == elf::Libc::kUnknown; }

  // Only glibc asks; the kernel does for programs.
  void check_stack(const CheckedFile& file, bool imported) {
    const elf::Segment* const stack = file.file->find_segment(elf::PT_GNU_STACK);
    const uint16_t machine = file.file->header().e_machine;
    if (stack == nullptr ? !is_executable_by_default(machine) : (stack->p_flags & elf::PF_X) == 0)
      return;
    std::string message = stack != nullptr
                              ? "asks for an executable stack"
                              : "has no PT_GNU_STACK, which asks for an executable stack";
    const bool is_opened = imported && !file.is_program && is_glibc();
    message +=
        is_opened ? ": glibc refuses to open it from 2.41 on" : ", which hardened systems refuse";
    add(is_opened ? checked_.elsewhere(file) : Severity::kWarning, Check::kStack, file,
        std::move(message),
        stack != nullptr ? "link it with -z noexecstack, or repair it with --clear-execstack"
                         : "link it with -z noexecstack");
  }

  void check_text(const CheckedFile& file) {
    const bool flagged =
        (file.file->find_dynamic(elf::DT_FLAGS).value_or(0) & elf::DF_TEXTREL) != 0;
    if (flagged || file.file->find_dynamic(elf::DT_TEXTREL))
      add(Severity::kWarning, Check::kTextrel, file,
          "has text relocations: its code is written to while it is loaded, which hardened systems "
          "refuse",
          "compile it with -fPIC");
  }

  void check_pages(const CheckedFile& file) {
    if (!has_large_pages(file.file->header().e_machine)) return;
    const uint64_t page = libc_ == elf::Libc::kAndroid ? kLargestAndroidPage : kLargestPage;
    for (const elf::Segment& segment : file.file->segments()) {
      if (segment.p_type != elf::PT_LOAD) continue;
      const uint64_t shift = raw(segment.p_vaddr) - raw(segment.p_offset);
      if (segment.p_align % page == 0 && segment.p_align != 0 && shift % page == 0) continue;
      add(checked_.elsewhere(file), Check::kPageSize, file,
          fmt::format("does not load where pages have {} KiB: a segment is aligned to {:#x}",
                      page / 1024, segment.p_align),
          fmt::format("link it with -z max-page-size={}", page));
      return;
    }
  }

  void check_tls(const CheckedFile& file) {
    const uint64_t size = static_tls_of(*file.file);
    if (size == 0) return;
    const std::string reserves = fmt::format("reserves {} byte{} of static thread-local storage",
                                             size, size == 1 ? "" : "s");
    const std::string advice = "compile it without -ftls-model=initial-exec";
    if (libc_ == elf::Libc::kMusl) {
      add(Severity::kError, Check::kStaticTls, file,
          reserves + ", which musl has for no library that is opened", advice);
    } else if (size > kStaticTlsSurplus) {
      add(Severity::kError, Check::kStaticTls, file,
          fmt::format("{}, glibc has {} for all libraries that are opened", reserves,
                      kStaticTlsSurplus),
          advice);
    } else {
      small_tls_ += size;
      add(Severity::kRemark, Check::kStaticTls, file,
          fmt::format("{}, of the {} that glibc has for all libraries that are opened", reserves,
                      kStaticTlsSurplus),
          "");
    }
  }

  const CheckedFiles& checked_;
  const elf::Libc libc_;
  const std::vector<bool>& imported_;
  uint64_t small_tls_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_segments(const CheckedFiles& checked, elf::Libc libc,
                                    const std::vector<bool>& imported) {
  return SegmentCheck(checked, libc, imported).run();
}

}  // namespace elfwheel::repair
