#include "repair/unlisted_files.h"

#include <algorithm>

#include "base/paths.h"
#include "elfwheel/elf/elf_file.h"

namespace elfwheel::repair {
namespace {

// A tree deeper than this is a ring of links.
constexpr size_t kDeepest = 40;

class UnlistedFiles {
 public:
  UnlistedFiles(const FileSystem& files, const InstalledEnvironment& environment,
                const InstalledDistributions& installed)
      : files_(files), environment_(environment), installed_(installed) {}

  std::vector<Finding> run() {
    // Links are followed to files, and two ways to one file are one.
    for (const std::string& path : installed_.paths)
      listed_.insert(files_.real_path(path).value_or(path));
    for (const std::string& site : environment_.site_packages)
      if (!installed_.unsure.contains(site)) look_through(site, 0);
    std::set<std::string> others;
    for (const ListedFile& file : installed_.files) {
      const std::string directory(directory_name(file.path));
      if (is_elsewhere(directory)) others.insert(directory);
    }
    for (const std::string& directory : others)
      for (const std::string& name : files_.list_directory(directory))
        look_at(join_path(directory, name));
    return std::move(findings_);
  }

 private:
  bool is_elsewhere(const std::string& directory) const {
    const std::string name(base_name(directory));
    return directory != environment_.prefix && name != "bin" && name != "lib" && name != "lib64" &&
           is_within(directory, environment_.prefix) &&
           std::none_of(environment_.site_packages.begin(), environment_.site_packages.end(),
                        [&](const std::string& site) { return is_within(directory, site); });
  }

  void look_through(const std::string& directory, size_t depth) {
    if (depth == kDeepest) return;
    for (const std::string& name : files_.list_directory(directory)) {
      if (name == "__pycache__" || name.ends_with(".py")) continue;
      const std::string path = join_path(directory, name);
      if (listed_.contains(path)) continue;
      if (files_.status(path).kind == FileKind::kDirectory)
        look_through(path, depth + 1);
      else
        look_at(path);
    }
  }

  void look_at(const std::string& path) {
    const auto real = files_.real_path(path);
    if (!real || !listed_.insert(*real).second || !is_within(*real, environment_.prefix)) return;
    if (files_.status(*real).kind != FileKind::kRegular) return;
    const OpenedFile opened = files_.open(*real);
    if (opened.error != 0 || !elf::ElfFile::has_magic(opened.contents->bytes())) return;
    findings_.push_back({Severity::kWarning, Check::kUnlisted, name_below(environment_, *real),
                         "an ELF file that no RECORD lists, and that was not looked at",
                         "remove it if it is left over"});
  }

  const FileSystem& files_;
  const InstalledEnvironment& environment_;
  const InstalledDistributions& installed_;
  std::set<std::string> listed_;  // real paths, and what was told
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> find_unlisted(const FileSystem& files, const InstalledEnvironment& environment,
                                   const InstalledDistributions& installed) {
  return UnlistedFiles(files, environment, installed).run();
}

}  // namespace elfwheel::repair
