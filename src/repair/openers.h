// Which files open which of the libraries to include (AuditOptions::includes).
#pragma once

#include <string>
#include <vector>

#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// The names that the notes of `file` give and that `options` want included, as calls.
std::vector<loader::OpenCall> calls_to_include(const elf::ElfFile& file,
                                               const AuditOptions& options);

// A need that is no DT_NEEDED string but a name to open; nobody answers to it yet.
Need opened_need(const std::string& name);

// Adds such a need, or marks the one that has its name already.
void add_opened(Need need, std::vector<Need>& needs);

// Says of each library that is included by its path who opens it: the files whose notes name it,
// which also settles the name of its copy; where there are none those that call dlopen.
void name_openers(AuditedWheel& audited);

}  // namespace elfwheel::repair
