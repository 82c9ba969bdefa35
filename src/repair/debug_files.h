// The files of debugging information that go with a repaired wheel.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "elfwheel/repair/plan.h"
#include "repair/audited_wheel.h"
#include "repair/output_directory.h"

namespace elfwheel::repair {

// The file without what the step says, and with a link to the debugging information if it wants
// one.
std::vector<std::byte> strip_file(const elf::ElfFile& file, const StripStep& step,
                                  const RepairOptions& options);

// Writes what a plan's strips take to options.debug_directory, each file whole or not at all.
// Unless keep() is called, what was not there before goes again. One build id is one file,
// whichever of its bearers comes first.
class DebugFiles {
 public:
  explicit DebugFiles(const RepairOptions& options) : options_(options) {}
  DebugFiles(const DebugFiles&) = delete;
  DebugFiles& operator=(const DebugFiles&) = delete;
  ~DebugFiles();
  // Errors: kIo, kNotFound.
  void write(const AuditedWheel& audited, const RepairPlan& plan);
  void keep();

 private:
  void write_one(const elf::ElfFile& file, const StripStep& step);

  const RepairOptions& options_;
  std::set<std::string> written_;
  std::vector<std::unique_ptr<OutputDirectory>> directories_;
  std::vector<std::string> made_;
};

}  // namespace elfwheel::repair
