#include "repair/verify_installed.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/libc.h"
#include "elfwheel/wheel/metadata_file.h"
#include "elfwheel/wheel/record.h"
#include "repair/audited_wheel.h"
#include "repair/elf_members.h"
#include "repair/verify_scene.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kExecuteBits = 0111;

bool is_dist_info(const std::string& name) { return name.ends_with(".dist-info"); }

bool has_distributions(const FileSystem& files, const std::string& directory) {
  const auto names = files.list_directory(directory);
  return std::any_of(names.begin(), names.end(), is_dist_info);
}

bool is_python_directory(std::string_view name) {
  return name.starts_with("python") || name.starts_with("pypy");
}

bool is_packages_directory(std::string_view name) {
  return name == "site-packages" || name == "dist-packages";
}

// PREFIX/lib/python3.11/site-packages -> PREFIX; nothing for other shapes.
std::optional<std::string> find_prefix(const std::string& site_packages) {
  const std::string python(directory_name(site_packages));
  const std::string library(directory_name(python));
  if (!is_packages_directory(base_name(site_packages)) || !is_python_directory(base_name(python)))
    return std::nullopt;
  if (!base_name(library).starts_with("lib")) return std::nullopt;
  return std::string(directory_name(library));
}

std::vector<std::string> find_site_packages(const FileSystem& files, const std::string& prefix) {
  std::vector<std::string> found;
  for (const std::string_view library : {"lib", "lib64"}) {
    const std::string root = join_path(prefix, library);
    for (const std::string& python : files.list_directory(root)) {
      if (!is_python_directory(python)) continue;
      for (const std::string_view packages : {"site-packages", "dist-packages"}) {
        const auto path = files.real_path(join_path(join_path(root, python), packages));
        // lib64 is often a link to lib.
        if (path && std::find(found.begin(), found.end(), *path) == found.end())
          found.push_back(*path);
      }
    }
  }
  return found;
}

// One file that some RECORD lists.
struct ListedFile {
  std::string name;  // below the prefix, or absolute
  std::string path;
  wheel::RecordRow row;
  size_t distribution = 0;
};

// An ELF file among them; the opened file owns the bytes.
struct InstalledElf {
  std::string real_path;
  OpenedFile opened;
  elf::ElfFile file;
  uint32_t mode = 0;
};

// What became of one listed file.
struct Look {
  std::optional<wheel::RecordFinding> finding;
  std::optional<InstalledElf> elf;
  std::string unreadable;  // why a file with the magic number is none of ours
  bool is_error = false;
};

bool meant_to_be_loaded(const std::string& path, uint32_t mode) {
  const std::string_view name = base_name(path);
  return name.ends_with(".so") || name.find(".so.") != name.npos || (mode & kExecuteBits) != 0;
}

class InstalledCheck {
 public:
  InstalledCheck(const FileSystem& files, const InstalledEnvironment& environment,
                 const VerifyOptions& options)
      : files_(files), environment_(environment), options_(options) {}

  Verification run() {
    for (const std::string& site : environment_.site_packages)
      for (const std::string& name : files_.list_directory(site))
        if (is_dist_info(name)) read_distribution(site, name);
    look_at_files();
    make_rules();
    check_elf_files();
    return std::move(result_);
  }

 private:
  std::string name_of(const std::string& path) const {
    if (!is_within(path, environment_.prefix) || path == environment_.prefix) return path;
    return relative_path(environment_.prefix, path);
  }

  void add_record_error(const std::string& file, const std::string& message) {
    result_.findings.push_back(
        {Severity::kError, Check::kRecord, file, message, "install the distribution anew"});
  }

  std::optional<std::string> read_text(const std::string& path) const {
    const OpenedFile opened = files_.open(path);
    if (opened.error != 0) return std::nullopt;
    return std::string(opened.contents->bytes().text());
  }

  // Distributions of a system's own package manager often have no RECORD: it keeps the list.
  void read_distribution(const std::string& site, const std::string& dist_info) {
    const std::string directory = join_path(site, dist_info);
    const auto record = read_text(join_path(directory, "RECORD"));
    if (!record) {
      result_.notes.push_back(name_of(directory) + ": passed over: there is no RECORD");
      return;
    }
    platforms_.push_back(read_platforms(directory));
    try {
      for (wheel::RecordRow& row : wheel::parse_record(*record)) {
        const std::string path = path_of(site, row.path);
        // Compiled Python files come and go; RECORD itself has no hash.
        if (row.algorithm.empty() || path.ends_with(".pyc") || !listed_.insert(path).second)
          continue;
        listed_files_.push_back({name_of(path), path, std::move(row), platforms_.size() - 1});
      }
    } catch (const Error& error) {
      add_record_error(name_of(join_path(directory, "RECORD")), error.what());
    }
  }

  // `pip install --target` installs below lib/python of a temporary directory, and moves all that
  // is there and above to one place; RECORD keeps the ways from there ("../../bin/x").
  std::string path_of(const std::string& site, std::string_view listed) const {
    if (listed.starts_with('/')) return normalize_path(listed);
    while (!environment_.whole && listed.starts_with("../")) listed.remove_prefix(3);
    return normalize_path(join_path(site, listed));
  }

  std::vector<std::string> read_platforms(const std::string& dist_info) const {
    std::vector<std::string> platforms;
    const auto text = read_text(join_path(dist_info, "WHEEL"));
    if (!text) return platforms;
    try {
      const auto fields = wheel::parse_wheel_fields(wheel::MetadataFile::parse(*text));
      for (const wheel::Tag& tag : fields.tags) platforms.push_back(tag.platform);
    } catch (const Error&) {
      return {};  // installed all the same; without tags nothing is promised
    }
    return platforms;
  }

  void look_at_files() {
    std::vector<Look> looks(listed_files_.size());
    wheel::parallel_for(looks.size(), options_.jobs,
                        [&](size_t i) { looks[i] = look_at(listed_files_[i]); });
    std::set<std::string> known;
    for (size_t i = 0; i < looks.size(); ++i) {
      const ListedFile& listed = listed_files_[i];
      Look& look = looks[i];
      if (look.finding) add_record_error(listed.name, look.finding->problem);
      if (look.is_error)
        result_.findings.push_back({Severity::kError, Check::kNeeded, listed.name,
                                    "can't be loaded: " + look.unreadable, ""});
      else if (!look.unreadable.empty())
        result_.notes.push_back(listed.name + ": passed over: " + look.unreadable);
      if (!look.elf || !known.insert(look.elf->real_path).second) continue;
      elf_files_.push_back(*std::move(look.elf));
      elf_listed_.push_back(i);
    }
  }

  Look look_at(const ListedFile& listed) const {
    Look look;
    const FileStatus status = files_.status(listed.path);
    OpenedFile opened = files_.open(listed.path);
    if (opened.error != 0) {
      look.finding = {listed.row.path,
                      "listed in RECORD, but not readable: " + errno_text(opened.error)};
      return look;
    }
    const Bytes bytes = opened.contents->bytes();
    if (listed.row.size && *listed.row.size != bytes.size())
      look.finding = {listed.row.path, fmt::format("RECORD says {} bytes, the file has {}",
                                                   *listed.row.size, bytes.size())};
    else
      look.finding = wheel::verify_row(listed.row, bytes);
    if (!elf::ElfFile::has_magic(bytes)) return look;
    try {
      InstalledElf found;
      found.file = elf::ElfFile::parse(bytes);
      const uint16_t type = found.file.header().e_type;
      if (type != elf::ET_DYN && type != elf::ET_EXEC) {
        look.unreadable = elf::file_type_name(type) + " is nothing that a loader takes";
      } else if (is_debug_companion(found.file)) {
        look.unreadable = "holds debugging information alone";
      } else {
        found.real_path = files_.real_path(listed.path).value_or(listed.path);
        found.mode = status.mode;
        found.opened = std::move(opened);
        look.elf = std::move(found);
      }
    } catch (const Error& error) {
      look.unreadable = error.what();
      look.is_error = meant_to_be_loaded(listed.path, status.mode);
    }
    return look;
  }

  // A rule for each distribution with ELF files, by its first one.
  void make_rules() {
    std::map<size_t, size_t> rule_of;
    for (size_t i = 0; i < elf_files_.size(); ++i) {
      const ListedFile& listed = listed_files_[elf_listed_[i]];
      const elf::ElfFile& file = elf_files_[i].file;
      const std::string architecture = elf::wheel_architecture(file.header());
      const std::vector<std::string>& platforms = platforms_[listed.distribution];
      if (is_for_others(architecture, platforms)) {
        result_.notes.push_back(fmt::format(
            "{}: passed over: made for {}", listed.name,
            architecture.empty() ? elf::machine_name(file.header().e_machine) : architecture));
        continue;
      }
      const auto [rule, is_new] = rule_of.emplace(listed.distribution, checked_.rules.size());
      if (is_new)
        checked_.rules.push_back(make_rule(
            policy::PolicySet::for_platform(architecture, elf::find_libc(file)), platforms));
      const bool executable = (elf_files_[i].mode & kExecuteBits) != 0;
      checked_.files.push_back({listed.name, &file, is_program(file, executable),
                                is_python_extension(file, listed.path), listed.row.digest,
                                rule->second});
      scene_.paths.push_back(elf_files_[i].real_path);
      scene_.bearers.emplace(std::string(base_name(elf_files_[i].real_path)),
                             elf_files_[i].real_path);
    }
  }

  static bool is_for_others(const std::string& architecture,
                            const std::vector<std::string>& platforms) {
    return std::none_of(platforms.begin(), platforms.end(),
                        [&](const std::string& platform) {
                          return platform == "any" ||
                                 (!architecture.empty() && platform.ends_with("_" + architecture));
                        }) &&
           !platforms.empty();
  }

  void check_elf_files() {
    result_.elf_files = checked_.files.size();
    scene_.files = &files_;
    scene_.prefix = environment_.prefix;
    const std::vector<Scene> scenes = {scene_};
    append(check_needs(checked_, scenes, options_));
    append(check_rpaths(checked_, scenes, environment_.whole));
    append(check_duplicates(checked_, {}));
    append(check_stacks(checked_));
  }

  void append(std::vector<Finding> findings) {
    for (Finding& finding : findings) result_.findings.push_back(std::move(finding));
  }

  const FileSystem& files_;
  const InstalledEnvironment& environment_;
  const VerifyOptions& options_;
  std::vector<std::vector<std::string>> platforms_;  // one for each distribution
  std::set<std::string> listed_;
  std::vector<ListedFile> listed_files_;
  std::vector<InstalledElf> elf_files_;
  std::vector<size_t> elf_listed_;  // index into listed_files_
  CheckedFiles checked_;
  Scene scene_;
  Verification result_;
};

}  // namespace

InstalledEnvironment find_environment(const FileSystem& files, const std::string& directory) {
  const std::string root = files.real_path(directory).value_or(directory);
  InstalledEnvironment environment;
  if (has_distributions(files, root)) {
    environment.site_packages = {root};
    const auto prefix = find_prefix(root);
    environment.prefix = prefix.value_or(root);
    environment.whole = prefix.has_value();
    return environment;
  }
  environment.prefix = root;
  environment.site_packages = find_site_packages(files, root);
  environment.whole = true;
  const auto& sites = environment.site_packages;
  const bool any = std::any_of(sites.begin(), sites.end(), [&](const std::string& site) {
    return has_distributions(files, site);
  });
  if (!any && files.status(join_path(root, "pyvenv.cfg")).error != 0)
    throw Error(ErrorCode::kUsage, "holds neither wheels nor installed distributions");
  return environment;
}

Verification verify_installed(const FileSystem& files, const InstalledEnvironment& environment,
                              const VerifyOptions& options) {
  return InstalledCheck(files, environment, options).run();
}

}  // namespace elfwheel::repair
