// The bill of materials of a repaired wheel: what was copied into it, from where, and which of its
// files need that. CycloneDX 1.4, in the place that PEP 770 has for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "elfwheel/repair/plan.h"
#include "elfwheel/wheel/record.h"
#include "elfwheel/wheel/wheel.h"

namespace elfwheel::repair {

// Where the SBOM goes: "pkg-1.0.dist-info/sboms/elfwheel.cdx.json", or with "-2", "-3" ... when an
// earlier repair has left one. kUnsupported when a file stands where the directory belongs.
std::string plan_sbom_path(const wheel::Wheel& wheel);

// The text. `rows` are RECORD's rows of the repaired wheel; `timestamp` is seconds since 1970, left
// out when nothing is said. Pure: the same arguments give the same bytes.
std::string encode_sbom(const wheel::Wheel& wheel, const RepairPlan& plan,
                        const std::vector<wheel::RecordRow>& rows,
                        std::optional<int64_t> timestamp);

}  // namespace elfwheel::repair
