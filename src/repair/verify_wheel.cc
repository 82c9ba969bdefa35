#include "repair/verify_wheel.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/android.h"
#include "repair/verify_checks.h"
#include "repair/verify_tags.h"

namespace elfwheel::repair {
namespace {

// A scene with the files that it shows.
struct PaperScene {
  Scene scene;
  std::unique_ptr<MemoryFileSystem> memory;
  std::unique_ptr<FileSystem> overlay;
};

wheel::EntryPlace place_of(const VerifiedWheel& wheel, const ElfMember& member) {
  // Wheel::open has seen to it that every file has a place.
  return wheel::parse_entry_place(member.path, wheel.wheel.wheel_fields.root_is_purelib).value();
}

std::set<wheel::SchemeKey> used_keys(const VerifiedWheel& wheel) {
  std::set<wheel::SchemeKey> keys;
  for (const ElfMember& member : wheel.audited->elf.members)
    keys.insert(place_of(wheel, member).key);
  return keys;
}

std::string directory_of(const wheel::InstallScheme& scheme, wheel::SchemeKey key) {
  return normalize_path(join_path(kVirtualPrefix, scheme.directory(key)));
}

class PaperInstaller {
 public:
  PaperInstaller(const VerifiedWheel& wheel, const std::vector<const VerifiedWheel*>& others,
                 const FileSystem& machine)
      : wheel_(wheel), others_(others), machine_(machine) {}

  // One scene for each layout that differs from those before it.
  std::vector<PaperScene> install() {
    std::vector<PaperScene> scenes;
    std::set<std::vector<std::string>> seen;
    for (const wheel::InstallScheme& scheme : wheel_.wheel.schemes()) {
      const std::vector<const VerifiedWheel*> company = company_in(scheme);
      if (seen.insert(signature(scheme, company)).second)
        scenes.push_back(lay_out(scheme, company));
    }
    return scenes;
  }

 private:
  // Of each other distribution the first wheel that the same Python can have.
  std::vector<const VerifiedWheel*> company_in(const wheel::InstallScheme& scheme) const {
    std::set<std::string> names = {wheel::normalize_name(wheel_.wheel.name.distribution)};
    std::vector<const VerifiedWheel*> company;
    for (const VerifiedWheel* other : others_) {
      const auto schemes = other->wheel.schemes();
      const bool fits = std::any_of(schemes.begin(), schemes.end(),
                                    [&](const auto& each) { return each.label == scheme.label; });
      if (fits && names.insert(wheel::normalize_name(other->wheel.name.distribution)).second)
        company.push_back(other);
    }
    return company;
  }

  // Schemes place whole trees: who is there, and how the trees of the used keys lie to each other,
  // is all that can differ. All ways lead over the first tree.
  std::vector<std::string> signature(const wheel::InstallScheme& scheme,
                                     const std::vector<const VerifiedWheel*>& company) const {
    std::set<wheel::SchemeKey> keys = used_keys(wheel_);
    std::vector<std::string> signature;
    for (const VerifiedWheel* other : company) {
      keys.merge(used_keys(*other));
      signature.push_back(other->path);
    }
    if (keys.empty()) return signature;
    const std::string first = directory_of(scheme, *keys.begin());
    for (const wheel::SchemeKey key : keys) {
      signature.push_back(relative_path(first, directory_of(scheme, key)));
      signature.push_back(relative_path(directory_of(scheme, key), first));
    }
    return signature;
  }

  PaperScene lay_out(const wheel::InstallScheme& scheme,
                     const std::vector<const VerifiedWheel*>& company) const {
    PaperScene paper;
    paper.memory = make_memory_file_system();
    paper.overlay = make_overlay_file_system(*paper.memory, machine_);
    paper.scene.label = scheme.label;
    paper.scene.files = paper.overlay.get();
    paper.scene.prefix = kVirtualPrefix;
    add_files(wheel_, scheme, paper);
    paper.scene.paths.reserve(wheel_.audited->elf.members.size());
    for (const ElfMember& member : wheel_.audited->elf.members)
      paper.scene.paths.push_back(path_in(wheel_, member, scheme));
    for (const VerifiedWheel* other : company) add_files(*other, scheme, paper);
    return paper;
  }

  static std::string path_in(const VerifiedWheel& wheel, const ElfMember& member,
                             const wheel::InstallScheme& scheme) {
    return wheel::installed_path(scheme, std::string(kVirtualPrefix), place_of(wheel, member),
                                 wheel.wheel.name.distribution);
  }

  static void add_files(const VerifiedWheel& wheel, const wheel::InstallScheme& scheme,
                        PaperScene& paper) {
    for (const ElfMember& member : wheel.audited->elf.members) {
      const std::string path = path_in(wheel, member, scheme);
      const uint32_t mode = wheel.wheel.archive.entries()[member.entry].mode & 0777;
      with_where(member.path, [&] { paper.memory->add_file(path, member.content.bytes(), mode); });
      paper.scene.bearers.emplace(std::string(base_name(path)), path);
    }
  }

  const VerifiedWheel& wheel_;
  const std::vector<const VerifiedWheel*>& others_;
  const FileSystem& machine_;
};

CheckedFiles checked_files(const VerifiedWheel& wheel) {
  const AuditedWheel& audited = *wheel.audited;
  std::map<std::string_view, const wheel::RecordRow*> rows;
  for (const wheel::RecordRow& row : wheel.record) rows.emplace(row.path, &row);
  CheckedFiles checked;
  if (audited.audit.evaluation)
    checked.promises.push_back(make_promise(
        audited.audit.evaluation->policies, wheel.wheel.name.tags(),
        wheel::allowed_pythons(wheel.wheel.name.tags(), wheel.wheel.metadata.requires_python)));
  for (size_t i = 0; i < audited.elf.members.size(); ++i) {
    const ElfMember& member = audited.elf.members[i];
    const auto row = rows.find(member.path);
    checked.files.push_back({member.path, &member.file, member.is_program,
                             audited.audit.members[i].is_extension,
                             row == rows.end() ? "" : row->second->digest, 0});
  }
  return checked;
}

// PEP 427: what is specific to a platform goes to platlib. Installers that keep both apart put
// purelib where other architectures look as well.
std::vector<Finding> check_places(const VerifiedWheel& wheel) {
  std::vector<Finding> findings;
  for (const ElfMember& member : wheel.audited->elf.members)
    if (place_of(wheel, member).key == wheel::SchemeKey::kPurelib)
      findings.push_back({Severity::kWarning, Check::kPlace, member.path,
                          "is installed to purelib, the place of files for every machine",
                          "write Root-Is-Purelib: false, and use .data/platlib"});
  return findings;
}

std::vector<Neighbour> neighbours_of(const std::vector<const VerifiedWheel*>& wheels) {
  std::vector<Neighbour> neighbours;
  for (const VerifiedWheel* wheel : wheels)
    for (const ElfMember& member : wheel->audited->elf.members)
      neighbours.push_back({std::string(base_name(member.path)),
                            member.path + " of " + wheel->wheel.name.distribution});
  return neighbours;
}

void append(std::vector<Finding> more, std::vector<Finding>& findings) {
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

}  // namespace

VerifiedWheel open_verified_wheel(const std::string& path) {
  wheel::Wheel opened = wheel::Wheel::open_without_record_check(path);
  std::vector<wheel::RecordRow> record = opened.record;
  return {path, std::move(opened), std::move(record), {}, {}};
}

void load(VerifiedWheel& wheel, const VerifyOptions& options) {
  if (wheel.audited) return;
  std::vector<wheel::RecordFinding> found =
      wheel::compare_record(wheel.record, wheel.wheel.archive, wheel.wheel.record_path());
  for (wheel::RecordFinding& finding : wheel.wheel.verify(options.jobs))
    found.push_back(std::move(finding));
  // One word about each file: where the size differs the hash does too.
  std::set<std::string> told;
  for (wheel::RecordFinding& finding : found)
    if (told.insert(finding.path).second)
      wheel.record_findings.push_back({Severity::kError, Check::kRecord, std::move(finding.path),
                                       std::move(finding.problem), "pack the wheel anew"});
  // Told already: nothing shall stop the audit at it.
  wheel.wheel.record.clear();
  AuditOptions audit;
  audit.environment = options.environment;
  audit.files = options.files;
  audit.excludes = options.excludes;
  audit.jobs = options.jobs;
  wheel.audited = audit_with_contents(wheel.wheel, audit);
}

Verification verify_wheel(const VerifiedWheel& wheel,
                          const std::vector<const VerifiedWheel*>& others,
                          const VerifyOptions& options) {
  Verification result;
  result.path = wheel.path;
  result.elf_files = wheel.audited->elf.members.size();
  result.notes = wheel.audited->elf.notes;
  result.findings = wheel.record_findings;
  append(check_tags(wheel.wheel, wheel.audited->audit), result.findings);
  append(check_places(wheel), result.findings);
  const CheckedFiles checked = checked_files(wheel);
  if (checked.files.empty()) return result;

  const FileSystem& machine = options.files != nullptr ? *options.files : host_file_system();
  std::vector<PaperScene> papers = PaperInstaller(wheel, others, machine).install();
  std::vector<Scene> scenes;
  for (PaperScene& paper : papers) {
    result.layouts.push_back(paper.scene.label);
    scenes.push_back(std::move(paper.scene));
  }
  // Beyond this point, `papers` only keeps the scenes' files alive.
  VerifyOptions own = options;
  const elf::Libc libc = wheel.audited->audit.libc;
  if (libc == elf::Libc::kAndroid) own.environment = android_environment(std::nullopt);
  own.environment.libc = libc;
  Surroundings around;
  around.libc = libc;
  around.neighbours = neighbours_of(others);
  around.mentions = mentions_in(wheel.wheel.archive);
  check_files(checked, scenes, around, own, result);
  return result;
}

}  // namespace elfwheel::repair
