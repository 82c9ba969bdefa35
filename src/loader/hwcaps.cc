#include "loader/hwcaps.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace elfwheel::loader {

namespace {

#if defined(__x86_64__)

struct CpuidRegisters {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

CpuidRegisters cpuid(uint32_t leaf) {
  CpuidRegisters r;
  if (__get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
  return r;
}

bool has_bits(uint32_t value, uint32_t bits) { return (value & bits) == bits; }
constexpr uint32_t bit(unsigned number) { return uint32_t{1} << number; }

// Which register sets the kernel saves (XCR0); 0 without OSXSAVE.
uint32_t read_saved_registers(uint32_t leaf1_ecx) {
  if (!has_bits(leaf1_ecx, bit(27))) return 0;
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Bit numbers: Intel SDM volume 2, CPUID; the sets: psABI table 3.1.
struct CpuLevels {
  bool is_intel = false;
  bool v2 = false, v3 = false, v4 = false;
  bool haswell = false;   // what glibc calls the platform "haswell"
  bool avx512_1 = false;  // AVX512 F, CD, BW, DQ, VL without the Xeon Phi's ER
};

CpuLevels read_levels() {
  const CpuidRegisters vendor = cpuid(0);
  const CpuidRegisters one = cpuid(1);
  const CpuidRegisters seven = cpuid(7);
  const CpuidRegisters extended = cpuid(0x80000001);
  const uint32_t saved = read_saved_registers(one.ecx);
  const bool ymm = has_bits(saved, 0x6);
  const bool zmm = has_bits(saved, 0xe6);

  CpuLevels levels;
  levels.is_intel =
      vendor.ebx == 0x756e6547 && vendor.edx == 0x49656e69 && vendor.ecx == 0x6c65746e;
  const uint32_t v2_bits = bit(0) | bit(9) | bit(13) | bit(19) | bit(20) | bit(23);
  levels.v2 = has_bits(one.ecx, v2_bits) && has_bits(extended.ecx, bit(0));
  const bool bmi = has_bits(seven.ebx, bit(3) | bit(8));
  const bool avx2 = ymm && has_bits(one.ecx, bit(28)) && has_bits(seven.ebx, bit(5));
  const bool fma = ymm && has_bits(one.ecx, bit(12));
  const bool f16c = ymm && has_bits(one.ecx, bit(29));
  const bool lzcnt = has_bits(extended.ecx, bit(5));
  const bool movbe = has_bits(one.ecx, bit(22));
  levels.v3 = levels.v2 && avx2 && bmi && fma && f16c && lzcnt && movbe;
  levels.haswell = avx2 && bmi && fma && lzcnt && movbe && has_bits(one.ecx, bit(23));
  const uint32_t avx512_bits = bit(16) | bit(17) | bit(28) | bit(30) | bit(31);
  const bool avx512 = zmm && has_bits(seven.ebx, avx512_bits);
  levels.v4 = levels.v3 && avx512;
  levels.avx512_1 = avx512 && !has_bits(seven.ebx, bit(27));
  return levels;
}

#endif

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

}  // namespace

CpuCapabilities read_cpu_capabilities() {
  CpuCapabilities result;
#if defined(__x86_64__)
  const CpuLevels levels = read_levels();
  if (levels.v4) result.hwcaps.push_back("x86-64-v4");
  if (levels.v3) result.hwcaps.push_back("x86-64-v3");
  if (levels.v2) result.hwcaps.push_back("x86-64-v2");
  // glibc gives platforms and avx512_1 to Intel's CPUs alone.
  result.platform = levels.is_intel && levels.haswell ? "haswell" : "x86_64";
  result.legacy.push_back(result.platform);
  if (levels.is_intel && levels.avx512_1) result.legacy.push_back("avx512_1");
  result.legacy.push_back("x86_64");
#endif
  return result;
}

std::vector<std::string> list_subdirectories(const std::vector<std::string>& hwcaps,
                                             const std::vector<std::string>& legacy) {
  std::vector<std::string> result;
  for (const auto& name : hwcaps) add_once(result, "glibc-hwcaps/" + name + "/");
  if (!legacy.empty()) {
    std::vector<std::string> parts = {"tls"};
    parts.insert(parts.end(), legacy.begin(), legacy.end());
    // Every subset in descending binary order, the outermost part being the highest bit.
    for (uint32_t set = (uint32_t{1} << parts.size()) - 1; set != 0; --set) {
      std::string directory;
      for (size_t i = 0; i < parts.size(); ++i)
        if ((set >> (parts.size() - 1 - i) & 1) != 0) directory += parts[i] + "/";
      add_once(result, directory);
    }
  }
  result.emplace_back();
  return result;
}

}  // namespace elfwheel::loader
