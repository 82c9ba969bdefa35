// What all editing commands share: the files, where the results go, and how they are written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "elfwheel/elf/edit.h"

namespace elfwheel::cli {

class EditedFiles {
 public:
  // Registers FILE…, --output, --in-place and --cross-check. This object must outlive `command`.
  void add_to(CLI::App& command);

  // Carries out what `edits_of` says of each file.
  ExitStatus edit(Console& console,
                  const std::function<elf::Edits(const std::string& file)>& edits_of) const;

 private:
  std::string name_;
  std::vector<std::string> files_;
  std::string output_;
  bool in_place_ = false;
  bool cross_check_ = false;
};

}  // namespace elfwheel::cli
