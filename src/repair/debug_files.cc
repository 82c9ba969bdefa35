#include "repair/debug_files.h"

#include <unistd.h>

#include <unordered_map>

#include "base/output_file.h"
#include "base/paths.h"
#include "elfwheel/elf/strip.h"
#include "elfwheel/wheel/archive.h"

namespace elfwheel::repair {

std::vector<std::byte> strip_file(const elf::ElfFile& file, const StripStep& step,
                                  const RepairOptions& options) {
  std::optional<elf::DebugLink> link;
  if (step.needs_link)
    link = {std::string(base_name(step.debug_file)), wheel::extend_crc32(0, elf::keep_debug(file))};
  return elf::strip(file, options.strip.value(), link);
}

DebugFiles::~DebugFiles() {
  for (const std::string& path : made_) ::unlink(path.c_str());
  while (!directories_.empty()) directories_.pop_back();
}

void DebugFiles::write(const AuditedWheel& audited, const RepairPlan& plan) {
  std::unordered_map<size_t, const elf::ElfFile*> members;
  for (const ElfMember& member : audited.elf.members) members.emplace(member.entry, &member.file);
  for (const PatchStep& step : plan.patches)
    if (step.strip) write_one(*members.at(step.entry), *step.strip);
  for (const GraftStep& step : plan.grafts)
    if (step.strip) write_one(audited.libraries[step.library].file, *step.strip);
}

void DebugFiles::write_one(const elf::ElfFile& file, const StripStep& step) {
  if (step.debug_file.empty() || !written_.insert(step.debug_file).second) return;
  const std::string path = join_path(options_.debug_directory, step.debug_file);
  directories_.push_back(std::make_unique<OutputDirectory>(std::string(directory_name(path))));
  const bool is_new = host_file_system().status(path).error != 0;
  OutputFile output = OutputFile::create(path);
  output.append(elf::keep_debug(file));
  output.commit();
  if (is_new) made_.push_back(path);
}

void DebugFiles::keep() {
  made_.clear();
  for (const auto& directory : directories_) directory->keep();
}

}  // namespace elfwheel::repair
