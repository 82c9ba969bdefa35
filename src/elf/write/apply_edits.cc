// The story of an edit, from what is wanted to bytes.

#include <algorithm>

#include "elf/write/check_untouched.h"
#include "elf/write/dynstr_builder.h"
#include "elf/write/encode.h"
#include "elf/write/layout.h"
#include "elf/write/planned_edit.h"
#include "elfwheel/base/error.h"

namespace elfwheel::elf {
namespace {

// A file of debugging information keeps the headers of the program it was split from, but no
// content: what is written to it would land in somebody else's bytes.
void check_has_content(const ElfFile& file, const std::vector<Section>& sections) {
  const bool empty = std::any_of(sections.begin(), sections.end(), [&](const Section& section) {
    return section.sh_type == SHT_NOBITS && section.sh_size != 0 &&
           section.sh_addr == file.dynamic_address() && section.name == ".dynamic";
  });
  if (empty)
    throw Error(ErrorCode::kUnsupported,
                "separate debugging information: edit the program that it belongs to");
}

}  // namespace

PlannedEdit plan_edit(const ElfFile& file, const Edits& edits) {
  if (edits.empty())
    return {{file, {}, {}, {}, {}, {}, {}}, {}, {file.bytes().size(), {}, false, {}}};
  PlannedEdit edit{read_facts(file), {}, {file.bytes().size(), {}, false, {}}};
  const FileFacts& facts = edit.facts;
  check_has_content(file, facts.sections);
  edit.changes = plan_changes(facts, edits);
  const Changes& changes = edit.changes;
  if (!changes.any) return edit;

  const bool dynamic_full = changes.entries.size() + 1 > file.dynamic_capacity();
  const bool rebuild = facts.own.strings || facts.own.dynamic || dynamic_full;
  const DynstrPlan dynstr =
      changes.has_tables ? plan_dynstr(facts, changes, rebuild) : DynstrPlan{};
  const Layout layout = plan_layout(facts, changes, dynstr);
  // Beyond this point nothing is decided any more.
  edit.rewrite = encode_image(facts, changes, dynstr, layout);
  check_untouched(edit);
  // Headers that lie over the strings undo what is written there: that is not "nothing to change".
  if (!edit.rewrite.changed) check_image(edit, file.bytes());
  return edit;
}

Rewrite apply_edits(const ElfFile& file, const Edits& edits) {
  return plan_edit(file, edits).rewrite;
}

std::optional<bool> wants_exec_stack(const ElfFile& file) {
  const Segment* const stack = file.find_segment(PT_GNU_STACK);
  if (stack == nullptr) return std::nullopt;
  return (stack->p_flags & PF_X) != 0;
}

bool needs_exec_stack(const ElfFile& file) {
  const uint16_t machine = file.header().e_machine;
  return wants_exec_stack(file).value_or(machine != EM_AARCH64 && machine != EM_PPC64);
}

std::vector<std::byte> edit_in_memory(Bytes original, const Edits& edits,
                                      const SecondOpinion& second_opinion) {
  return edit_in_memory(ElfFile::parse(original), edits, second_opinion);
}

std::vector<std::byte> edit_in_memory(const ElfFile& file, const Edits& edits,
                                      const SecondOpinion& second_opinion) {
  const PlannedEdit edit = plan_edit(file, edits);
  if (!edit.rewrite.changed) return {};
  std::vector<std::byte> image = materialize(file.bytes(), edit.rewrite);
  check_image(edit, image);
  if (second_opinion) second_opinion(file.bytes(), image, edits);
  return image;
}

}  // namespace elfwheel::elf
