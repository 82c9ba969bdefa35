// An edit of one file with everything that was found out on the way, so that making the new bytes
// and checking them reads the old file once.
#pragma once

#include "elf/write/changes.h"
#include "elf/write/facts.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

// Views the file, which must outlive it.
struct PlannedEdit {
  FileFacts facts;
  Changes changes;
  Rewrite rewrite;
};

// As apply_edits.
PlannedEdit plan_edit(const ElfFile& file, const Edits& edits);

// As check_rewrite.
void check_image(const PlannedEdit& edit, Bytes image);

}  // namespace elfwheel::elf
