#include "repair/treatments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/notes.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

// What glibc keeps for files that are opened while a process runs: the tunable
// glibc.rtld.optional_static_tls (glibc manual, "Dynamic Linking Tunables").
constexpr uint64_t kOptionalStaticTls = 512;

Strippable examine(const elf::ElfFile& file, elf::StripLevel level) {
  Strippable result;
  try {
    result.bytes = elf::strippable_bytes(file, level);
    result.build_id = elf::find_build_id(file).value_or("");
  } catch (const Error& error) {
    result.refusal = error.what();
  }
  return result;
}

// gdb's manual, "Separate Debug Files": by build id two digits make a directory.
std::optional<StripStep> strip_step(const Strippable& file, const std::string& path,
                                    const RepairOptions& options) {
  if (file.bytes == 0) return std::nullopt;
  StripStep step;
  step.bytes = file.bytes;
  if (options.debug_directory.empty()) return step;
  step.needs_link = file.build_id.size() <= 2;
  step.debug_file = step.needs_link
                        ? path + ".debug"
                        : fmt::format(".build-id/{}/{}.debug", file.build_id.substr(0, 2),
                                      file.build_id.substr(2));
  return step;
}

// The step of a member; a new one says that its search path stays.
PatchStep& patch_of(const AuditedMember& member, RepairPlan& plan) {
  const auto place =
      std::lower_bound(plan.patches.begin(), plan.patches.end(), member.entry,
                       [](const PatchStep& step, size_t entry) { return step.entry < entry; });
  if (place != plan.patches.end() && place->entry == member.entry) return *place;
  PatchStep step;
  step.entry = member.entry;
  step.path = member.path;
  step.old_rpath = step.new_rpath = member.facts.search_path();
  return *plan.patches.insert(place, std::move(step));
}

void plan_strips(const WheelAudit& audit, const Examined& examined, const RepairOptions& options,
                 RepairPlan& plan) {
  const auto refuse = [&](const std::string& path, const Strippable& file) {
    if (!file.refusal.empty())
      plan.notes.push_back(fmt::format("{}: not stripped: {}", path, file.refusal));
  };
  for (size_t i = 0; i < examined.members.size(); ++i) {
    refuse(audit.members[i].path, examined.members[i]);
    if (auto step = strip_step(examined.members[i], audit.members[i].path, options))
      patch_of(audit.members[i], plan).strip = std::move(step);
  }
  for (GraftStep& graft : plan.grafts) {
    if (graft.library >= examined.libraries.size()) continue;
    refuse(graft.source, examined.libraries[graft.library]);
    graft.strip = strip_step(examined.libraries[graft.library], graft.path, options);
  }
}

void plan_stacks(const WheelAudit& audit, RepairPlan& plan) {
  for (const AuditedMember& member : audit.members) {
    if (!member.facts.exec_stack) continue;
    PatchStep& step = patch_of(member, plan);
    step.edits.exec_stack = false;
    step.reasons.emplace_back("asks for an executable stack");
  }
  for (GraftStep& graft : plan.grafts)
    if (audit.libraries[graft.library].facts.exec_stack) graft.edits.exec_stack = false;
}

// pip makes a file executable only if the archive says that it is a regular file and executable
// (pip/_internal/utils/unpacking.py, zip_item_is_executable).
void plan_script_modes(const wheel::Wheel& wheel, const WheelAudit& audit, RepairPlan& plan) {
  constexpr uint32_t kTypeBits = 0170000;
  constexpr uint32_t kRegularFile = 0100000;
  constexpr uint32_t kExecutable = 0755;
  for (const AuditedMember& member : audit.members) {
    if (member.place.key != wheel::SchemeKey::kScripts) continue;
    const uint32_t mode = wheel.archive.entries()[member.entry].mode;
    if ((mode & kTypeBits) == kRegularFile && (mode & 0111) != 0) continue;
    PatchStep& step = patch_of(member, plan);
    step.mode = kRegularFile | (mode & 0777) | kExecutable;
    step.reasons.emplace_back("installers would not make it executable");
  }
}

// Names and facts of what a process may load, in order.
template <class Visit>
void for_each_file(const WheelAudit& audit, policy::PolicyIndex policy, Visit&& visit) {
  for (const AuditedMember& member : audit.members) visit(member.path, member.facts);
  for (const size_t library : libraries_to_graft(audit, policy))
    visit(audit.libraries[library].path, audit.libraries[library].facts);
}

std::string static_tls_note(const WheelAudit& audit, policy::PolicyIndex policy) {
  uint64_t total = 0;
  std::string files;
  for_each_file(audit, policy, [&](const std::string& path, const ElfFacts& facts) {
    if (facts.static_tls == 0) return;
    total += facts.static_tls;
    files += fmt::format("{}{} ({})", files.empty() ? "" : ", ", path, facts.static_tls);
  });
  if (total == 0) return "";
  std::string note = fmt::format("static TLS: {} bytes in all: {}", total, files);
  if (total > kOptionalStaticTls && audit.libc != elf::Libc::kMusl)
    note += fmt::format(
        "; a process that opens them later has {} by default (glibc.rtld.optional_static_tls)",
        kOptionalStaticTls);
  return note;
}

}  // namespace

void examine_for_strip(const AuditedWheel& audited, policy::PolicyIndex policy,
                       const RepairOptions& options, Examined& examined) {
  if (!options.strip) return;
  const unsigned jobs = options.audit.jobs;
  examined.members.resize(audited.elf.members.size());
  wheel::parallel_for(examined.members.size(), jobs, [&](size_t i) {
    examined.members[i] = examine(audited.elf.members[i].file, *options.strip);
  });
  const std::vector<size_t> wanted = libraries_to_graft(audited.audit, policy);
  examined.libraries.resize(audited.libraries.size());
  wheel::parallel_for(wanted.size(), jobs, [&](size_t i) {
    examined.libraries[wanted[i]] = examine(audited.libraries[wanted[i]].file, *options.strip);
  });
}

void plan_treatments(const wheel::Wheel& wheel, const WheelAudit& audit, const Examined& examined,
                     const RepairOptions& options, RepairPlan& plan) {
  plan_script_modes(wheel, audit, plan);
  plan_strips(audit, examined, options, plan);
  if (options.clear_exec_stack) plan_stacks(audit, plan);
}

std::vector<std::string> content_notes(const WheelAudit& audit, policy::PolicyIndex policy,
                                       bool clears_exec_stack) {
  std::vector<std::string> notes;
  for_each_file(audit, policy, [&](const std::string& path, const ElfFacts& facts) {
    if (facts.exec_stack && !clears_exec_stack)
      notes.push_back(path + ": asks for an executable stack, which hardened systems refuse");
  });
  if (std::string note = static_tls_note(audit, policy); !note.empty())
    notes.push_back(std::move(note));
  return notes;
}

}  // namespace elfwheel::repair
