// Changes + DynstrPlan + Layout -> bytes. No decisions are made here.
#pragma once

#include "elf/write/layout.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::elf {

Rewrite encode_image(const ElfFile& file, const std::vector<Section>& sections,
                     const Changes& changes, const DynstrPlan& dynstr, const Layout& layout);

}  // namespace elfwheel::elf
