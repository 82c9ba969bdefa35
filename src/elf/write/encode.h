// Changes + DynstrPlan + Layout -> bytes. No decisions are made here.
#pragma once

#include "elf/write/image_patch.h"
#include "elf/write/layout.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

Rewrite encode_image(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
                     const Layout& layout);

// Parts of encode_image (encode_symbols.cc), called when chunks stand at their new places.
// The version tables: names of libraries, needs and versions that are dropped, symbols that lose
// theirs. Returns the size of the new DT_VERNEED table where that was written anew.
std::optional<uint64_t> encode_versions(const FileFacts& facts, const Changes& changes,
                                        const DynstrPlan& dynstr, const Layout& layout,
                                        ImagePatch& image);
// Renamed symbols, and everything that counts or hashes symbols.
void encode_symbol_names(const FileFacts& facts, const Changes& changes, const DynstrPlan& dynstr,
                         const Layout& layout, ImagePatch& image);

}  // namespace elfwheel::elf
