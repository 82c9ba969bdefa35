#include "elfwheel/policy/isa_level.h"

namespace elfwheel::policy {

std::string_view isa_level_name(IsaLevel level) {
  switch (level) {
    case IsaLevel::kBaseline:
      return "x86-64";
    case IsaLevel::kV2:
      return "x86-64-v2";
    case IsaLevel::kV3:
      return "x86-64-v3";
    case IsaLevel::kV4:
      return "x86-64-v4";
    case IsaLevel::kUnknown:
      break;
  }
  return "unknown x86-64 level";
}

IsaLevel isa_level_needed(uint32_t bits) {
  if (bits & 8) return IsaLevel::kV4;
  if (bits & 4) return IsaLevel::kV3;
  if (bits & 2) return IsaLevel::kV2;
  return (bits & ~uint32_t{1}) == 0 ? IsaLevel::kBaseline : IsaLevel::kUnknown;
}

}  // namespace elfwheel::policy
