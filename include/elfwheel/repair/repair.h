// Repairs a wheel: audit, plan, apply, and a last look at the result before it appears.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elfwheel/repair/audit.h"
#include "elfwheel/repair/options.h"
#include "elfwheel/repair/plan.h"
#include "elfwheel/repair/verify.h"

namespace elfwheel::repair {

struct RepairReport {
  std::string input_path;
  // False: the answer is no, `reasons` say why, and nothing was written.
  bool repairable = false;
  std::vector<std::string> reasons;  // one line each

  RepairPlan plan;                 // empty when not repairable
  std::vector<std::string> notes;  // of audit and plan: warnings and remarks, one line each

  // False for a dry run. output_path is set then too: where the wheel would go.
  bool written = false;
  std::string output_path;
  uint64_t input_size = 0;    // bytes of the wheel files
  uint64_t output_size = 0;   // 0 unless written
  // What `elfwheel verify` says of the written wheel, symbols left out: faults that its files came
  // with. None is a need that is not met: such a wheel is not written.
  std::vector<Finding> findings{};
  size_t copied_entries = 0;  // entries whose packed bytes were taken over as they are
};

// Repairs the wheel at `path` into options.output_directory. The output appears whole or not at
// all, and only after every file of it was seen to find its libraries in each layout the wheel can
// be installed to; a directory made for it goes again when that fails. The input is not changed
// unless the output has its very path.
// Errors, without the wheel's path: what Wheel::open and audit_wheel throw; kUsage for options;
// kUnsupported for a file that cannot be edited; kIo.
RepairReport repair_wheel(const std::string& path, const RepairOptions& options);

}  // namespace elfwheel::repair
