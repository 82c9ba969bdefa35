// Carries out a plan: edited files and copied libraries are packed in parallel (packer.h), and the
// new archive is put together. Decides nothing.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "elfwheel/repair/plan.h"
#include "elfwheel/wheel/archive.h"
#include "repair/audited_wheel.h"
#include "repair/packer.h"

namespace elfwheel::repair {

// What is new in a repaired wheel.
struct RepairedFiles {
  size_t copied_entries = 0;            // entries whose packed bytes were taken over as they are
  std::unique_ptr<Packer> packer;       // null where nothing was packed
  std::map<std::string, size_t> items;  // archive path -> the packer's item

  // The content of a file that was packed anew.
  Bytes content(const std::string& path) const { return packer->image(items.at(path)).bytes(); }
};

// Writes all entries of the repaired wheel to `writer` and finishes it: the files in their old
// order, copied libraries behind them, the dist-info directory last and RECORD last of all.
// Untouched entries are copied packed. The result looks at `wheel` and `audited`.
// Errors: what elf::edit_to_image throws, with the file's name, and what writer.finish() throws.
RepairedFiles write_repaired(const wheel::Wheel& wheel, const AuditedWheel& audited,
                             const RepairPlan& plan, const RepairOptions& options,
                             wheel::ArchiveWriter& writer);

}  // namespace elfwheel::repair
