#include "elf/strip/strip_plan.h"

#include <algorithm>
#include <string_view>

#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// Sections of debugging information are known by their names alone (binutils bfd/elf.c,
// _bfd_elf_make_section_from_shdr).
bool is_debugging(const Section& section) {
  if (section.name == ".gdb_index") return true;
  for (const std::string_view start :
       {".debug", ".zdebug", ".gnu.debuglto_.debug_", ".gnu.linkonce.wi.", ".line", ".stab"})
    if (section.name.starts_with(start)) return true;
  return false;
}

bool is_relocations(const Section& section) {
  return section.sh_type == SHT_REL || section.sh_type == SHT_RELA;
}

class Planner {
 public:
  Planner(const ElfFile& file, const std::vector<Section>& sections, StripLevel level)
      : file_(file), sections_(sections), level_(level) {
    plan_.taken.resize(sections.size(), false);
  }

  StripPlan plan() {
    for (size_t i = 1; i < sections_.size(); ++i)
      plan_.taken[i] = may_go(i) && is_debugging(sections_[i]);
    take_relocations();
    if (level_ != StripLevel::kDebug) take_symbols();
    for (size_t i = 1; i < sections_.size(); ++i)
      if (plan_.taken[i]) plan_.bytes += has_content(sections_[i]) ? sections_[i].sh_size : 0;
    if (!plan_.empty()) check_what_stays();
    return std::move(plan_);
  }

 private:
  bool may_go(size_t index) const {
    const Section& section = sections_[index];
    return (section.sh_flags & SHF_ALLOC) == 0 && section.sh_type != SHT_NULL &&
           index != file_.header().e_shstrndx;
  }

  // A linker's --emit-relocs leaves those of every section.
  void take_relocations() {
    for (size_t i = 1; i < sections_.size(); ++i) {
      if (!may_go(i) || !is_relocations(sections_[i])) continue;
      const uint32_t target = sections_[i].sh_info;
      if (level_ == StripLevel::kAll || (target < sections_.size() && plan_.taken[target]))
        plan_.taken[i] = true;
    }
  }

  void take_symbols() {
    for (size_t i = 1; i < sections_.size(); ++i)
      if (may_go(i) && sections_[i].sh_type == SHT_SYMTAB) plan_.taken[i] = true;
    for (size_t i = 1; i < sections_.size(); ++i)
      if (may_go(i) && sections_[i].sh_type == SHT_SYMTAB_SHNDX && links_to_taken(i))
        plan_.taken[i] = true;
    // The symbols' names, unless something else uses them.
    for (size_t i = 1; i < sections_.size(); ++i)
      if (may_go(i) && sections_[i].sh_type == SHT_STRTAB && is_of_taken_alone(i))
        plan_.taken[i] = true;
  }

  bool links_to_taken(size_t index) const {
    const uint32_t link = sections_[index].sh_link;
    return link < sections_.size() && plan_.taken[link];
  }

  bool is_of_taken_alone(size_t strings) const {
    bool used = false;
    for (size_t i = 1; i < sections_.size(); ++i) {
      if (sections_[i].sh_link != strings) continue;
      if (!plan_.taken[i]) return false;
      used = true;
    }
    return used;
  }

  void check_what_stays() const {
    for (size_t i = 1; i < sections_.size(); ++i) {
      if (plan_.taken[i] || (sections_[i].sh_flags & SHF_ALLOC) != 0) continue;
      if (sections_[i].sh_type == SHT_GROUP)
        throw Error(ErrorCode::kUnsupported, "it has section groups, which only objects have");
      if (is_relocations(sections_[i]))
        throw Error(ErrorCode::kUnsupported,
                    "it has static relocations (--emit-relocs): they go with all symbols or stay");
      if (sections_[i].sh_type == SHT_SYMTAB_SHNDX)
        throw Error(ErrorCode::kUnsupported,
                    "it has more sections than a symbol can name: they go with all symbols");
    }
  }

  const ElfFile& file_;
  const std::vector<Section>& sections_;
  const StripLevel level_;
  StripPlan plan_;
};

}  // namespace

bool has_content(const Section& section) {
  return section.sh_type != SHT_NULL && section.sh_type != SHT_NOBITS && section.sh_size != 0;
}

void check_strippable(const ElfFile& file, const std::vector<Section>& sections) {
  if (file.header().e_type != ET_DYN && file.header().e_type != ET_EXEC)
    throw Error(ErrorCode::kUnsupported, "it is no program and no library");
  const bool empty = std::any_of(sections.begin(), sections.end(), [](const Section& section) {
    return section.sh_type == SHT_NOBITS && section.sh_size != 0 &&
           (section.sh_flags & SHF_EXECINSTR) != 0;
  });
  if (empty) throw Error(ErrorCode::kUnsupported, "it is separate debugging information");
}

StripPlan plan_strip(const ElfFile& file, const std::vector<Section>& sections, StripLevel level) {
  if (sections.empty()) return {};
  check_strippable(file, sections);
  return Planner(file, sections, level).plan();
}

}  // namespace elfwheel::elf
