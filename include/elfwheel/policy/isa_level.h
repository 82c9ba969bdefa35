// The x86-64 micro-architecture levels an ELF file may declare that it needs.
//
// What files *do* with the processor is not looked at, only what their notes say. Source: x86-64
// psABI, "Micro-Architecture Levels" and "Program Property" (GNU_PROPERTY_X86_ISA_1_NEEDED).
#pragma once

#include <cstdint>
#include <string_view>

namespace elfwheel::policy {

// Ordered: a later level includes the earlier ones. kUnknown stands for bits no level is defined
// for yet; it exceeds every level, as nobody can say which machine has it.
enum class IsaLevel { kBaseline, kV2, kV3, kV4, kUnknown };

// "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "unknown x86-64 level".
std::string_view isa_level_name(IsaLevel level);

// The level that the bits of GNU_PROPERTY_X86_ISA_1_NEEDED ask for (elf::x86_isa_needed); the
// highest known bit wins. 0 (no such property) is the baseline.
IsaLevel isa_level_needed(uint32_t bits);

}  // namespace elfwheel::policy
