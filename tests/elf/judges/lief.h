// A file's facts as LIEF's C++ library reads them: an implementation that shares no code with ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elf/judges/readelf.h"

namespace elfwheel::test {

struct SecondOpinion {
  Lines needed;
  std::optional<std::string> soname, rpath, runpath, interp;
  Lines segments;  // "1 0x0 0x1000 0x570 0x570 5": p_type, offset, address, sizes, flags
  Lines symbols;   // "answer 0x1119 20": name, value, size; none without section headers, by
                   // which LIEF is told to count them
  Lines versions;  // "libc.so.6 GLIBC_2.2.5": file, version needed of it
  friend bool operator==(const SecondOpinion&, const SecondOpinion&) = default;
};

// Throws std::runtime_error when LIEF cannot read the file.
SecondOpinion lief_opinion(const std::string& path);
// The same from our reader.
SecondOpinion own_opinion(const elf::ElfFile& file);
// Where they differ, one line each; empty when they agree.
Lines disagreements(const SecondOpinion& lief, const SecondOpinion& own);

}  // namespace elfwheel::test
