// A verification (repair::Verification) in words and as JSON.
#pragma once

#include <string>

#include "elfwheel/repair/verify.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

// "FILE: what (what to do)", on one line without its end; "warning: " or "remark: " before the
// "what" of those that don't count.
std::string render_finding(const repair::Finding& finding, const TextStyle& style);

// {"severity","file","check","message","layouts","advice"}; "file" is null for a finding about the
// whole.
Json finding_json(const repair::Finding& finding);

// A line for each finding, "WHEEL: FILE: what (what to do)", "warning: ", "remark: " or "note: "
// before the "what" of those that don't count; then "WHEEL: ok, N ELF files checked in M layouts",
// or how many errors there are. Remarks are counted only, unless `with_remarks`.
std::string render_verification(const repair::Verification& verification, const TextStyle& style,
                                bool with_remarks = false);

// {"version":1,"wheel","ok","elf_files","layouts","findings":[finding_json...],"notes"}. "wheel" is
// the directory where one was verified.
Json verification_json(const repair::Verification& verification);

}  // namespace elfwheel::report
