// What a repair did, or would do: words and JSON.
#pragma once

#include <string>

#include "elfwheel/repair/repair.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// The libraries copied in (from where, for whom), the rpaths and tags before and after, and the
// path of the result; before that the faults that the files came with, which no repair mends. With
// `verbose` also remarks on them, why each file was changed and what was renamed in it.
// For a report that is repairable; the reasons of another are the caller's errors.
std::string render_repair(const repair::RepairReport& report, bool verbose, const TextStyle& style);

Json repair_json(const repair::RepairReport& report);

}  // namespace elfwheel::report
