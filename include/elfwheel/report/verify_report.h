// A verification (repair::Verification) in words and as JSON.
#pragma once

#include <string>

#include "elfwheel/repair/verify.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// A line for each finding, "WHEEL: FILE: what (what to do)", "warning: ", "remark: " or "note: "
// before the "what" of those that don't count; then "WHEEL: ok, N ELF files checked in M layouts",
// or how many errors there are. Remarks are counted only, unless `with_remarks`.
std::string render_verification(const repair::Verification& verification, const TextStyle& style,
                                bool with_remarks = false);

// {"version":1,"wheel","ok","elf_files","layouts","findings":[{"severity","file","check","message",
// "layouts","advice"}],"notes"}. "wheel" is the directory where one was verified; "file" is null
// for a finding about the whole.
Json verification_json(const repair::Verification& verification);

}  // namespace elfwheel::report
