// Carries out a plan: edited files and copied libraries are packed in memory, in parallel, and the
// new archive is put together. Decides nothing.
#pragma once

#include <string>

#include "elfwheel/repair/plan.h"
#include "elfwheel/wheel/archive.h"
#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// Adds all entries of the repaired wheel to `writer`: the files in their old order, copied
// libraries behind them, the dist-info directory last and RECORD last of all. Untouched entries are
// copied packed. `wheel` must live until writer.finish() returns. Returns how many entries were
// copied. Errors: what elf::edit_in_memory throws, with the file's name.
size_t write_repaired(const wheel::Wheel& wheel, const AuditedWheel& audited,
                      const RepairPlan& plan, const RepairOptions& options,
                      wheel::ArchiveWriter& writer);

}  // namespace elfwheel::repair
