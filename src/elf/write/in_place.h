// Writing the result of an edit into a file that exists, without a new one beside it.
#pragma once

#include <cstdint>

#include "base/mapped_file.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

// Writes `rewrite` into the file that it was made of, open for reading and writing as `file`. The
// new ELF header and program headers end at `headers_end`; they are written in one piece.
//
// What lies behind the old end is written and flushed first: until then the file reads as before.
// Then, in ascending order, the places that change inside the old part: the ELF header and the
// program headers switch to the new segments, the dynamic section to the new tables; what they left
// behind is zeroed after that. What is carried (an archive behind the ELF file) moves before all of
// these. Flushed again; cut last, when the file gets shorter. From the first
// to the last of those few writes (when a file is edited for the first time: of those before the
// zeroing) a crash may leave a file that is neither the old nor the new one. An error (a full disk)
// puts the old bytes back.
//
// Costs what changes. Mode, owner and attributes stay; so do all other links to the file, and
// processes that have it mapped see the change. Errors: kIo.
void write_in_place(uint64_t old_size, uint64_t headers_end, const Rewrite& rewrite, int file);

// Writes the edited content of `source` over the whole of another file. An error or a crash leaves
// that torn. Errors: kIo, kTruncated.
void write_over(const MappedFile& source, const Rewrite& rewrite, int file);

}  // namespace elfwheel::elf
