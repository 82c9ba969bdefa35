#include "repair/verify_installed.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/libc.h"
#include "repair/audited_wheel.h"
#include "repair/elf_members.h"
#include "repair/installed_distributions.h"
#include "repair/unlisted_files.h"
#include "repair/verify_checks.h"
#include "repair/verify_tags.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kExecuteBits = 0111;

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
      : files_(files),
        environment_(environment),
        options_(options),
        installed_(read_distributions(files, environment)) {}

  Verification run() {
    result_.findings = installed_.findings;
    result_.notes = installed_.notes;
    look_at_files();
    append(find_unlisted(files_, environment_, installed_));
    choose_files();
    append(check_tags());
    result_.elf_files = checked_.files.size();
    if (!checked_.files.empty()) check_elf_files();
    return std::move(result_);
  }

 private:
  const std::vector<ListedFile>& listed() const { return installed_.files; }

  void look_at_files() {
    std::vector<Look> looks(listed().size());
    wheel::parallel_for(looks.size(), options_.jobs,
                        [&](size_t i) { looks[i] = look_at(listed()[i]); });
    std::set<std::string> known;
    for (size_t i = 0; i < looks.size(); ++i) {
      const ListedFile& file = listed()[i];
      Look& look = looks[i];
      if (look.finding) result_.findings.push_back(record_error(file.name, look.finding->problem));
      if (look.is_error)
        result_.findings.push_back({Severity::kError, Check::kNeeded, file.name,
                                    "can't be loaded: " + look.unreadable, ""});
      else if (!look.unreadable.empty())
        result_.notes.push_back(file.name + ": passed over: " + look.unreadable);
      if (!look.elf || !known.insert(look.elf->real_path).second) continue;
      elf_files_.push_back(*std::move(look.elf));
      elf_listed_.push_back(i);
    }
  }

  Look look_at(const ListedFile& listed) const {
    Look look;
    const bool has_hash = !listed.row.algorithm.empty();
    const FileStatus status = files_.status(listed.path);
    OpenedFile opened = files_.open(listed.path);
    if (opened.error != 0) {
      if (has_hash)
        look.finding = {listed.row.path,
                        "listed in RECORD, but not readable: " + errno_text(opened.error)};
      return look;
    }
    const Bytes bytes = opened.contents->bytes();
    if (listed.row.size && *listed.row.size != bytes.size())
      look.finding = {listed.row.path, fmt::format("RECORD says {} bytes, the file has {}",
                                                   *listed.row.size, bytes.size())};
    else if (has_hash)
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

  // A promise for each distribution with ELF files, by its first one.
  void choose_files() {
    std::map<size_t, size_t> promise_of;
    for (size_t i = 0; i < elf_files_.size(); ++i) {
      const ListedFile& file = listed()[elf_listed_[i]];
      const elf::ElfFile& elf = elf_files_[i].file;
      const std::string architecture = elf::wheel_architecture(elf.header());
      const InstalledDistribution& distribution = installed_.list[file.distribution];
      if (is_for_others(architecture, distribution.tags)) {
        result_.notes.push_back(fmt::format(
            "{}: passed over: made for {}", file.name,
            architecture.empty() ? elf::machine_name(elf.header().e_machine) : architecture));
        continue;
      }
      const auto [promise, is_new] =
          promise_of.emplace(file.distribution, checked_.promises.size());
      if (is_new) {
        checked_.promises.push_back(
            make_promise(policy::PolicySet::for_platform(architecture, elf::find_libc(elf)),
                         distribution.tags, distribution.pythons));
        distributions_.push_back(file.distribution);
      }
      const bool executable = (elf_files_[i].mode & kExecuteBits) != 0;
      checked_.files.push_back({file.name, &elf, is_program(elf, executable),
                                is_python_extension(elf, file.path), file.row.digest,
                                promise->second});
      scene_.paths.push_back(elf_files_[i].real_path);
      scene_.bearers.emplace(std::string(base_name(elf_files_[i].real_path)),
                             elf_files_[i].real_path);
    }
  }

  static bool is_for_others(const std::string& architecture, const std::vector<wheel::Tag>& tags) {
    return std::none_of(
               tags.begin(), tags.end(),
               [&](const wheel::Tag& tag) {
                 return tag.platform == "any" ||
                        (!architecture.empty() && tag.platform.ends_with("_" + architecture));
               }) &&
           !tags.empty();
  }

  // Each distribution's files against its tags.
  std::vector<Finding> check_tags() const {
    std::vector<policy::Requirements> requirements(checked_.promises.size());
    for (const CheckedFile& file : checked_.files) {
      policy::Requirements& own = requirements[file.promise];
      policy::Object object =
          with_where(file.name, [&] { return describe_object(*file.file, true, true); });
      object.name = file.name;
      object.root = true;
      for (const std::string_view name : file.file->needed())
        object.needed.push_back({std::string(name), std::nullopt});
      own.objects.push_back(std::move(object));
    }
    std::vector<Finding> findings;
    for (size_t i = 0; i < requirements.size(); ++i) {
      std::vector<std::string> platforms;
      for (const wheel::Tag& tag : installed_.list[distributions_[i]].tags)
        platforms.push_back(tag.platform);
      std::set<std::string> names;
      for (const policy::Object& object : requirements[i].objects) names.insert(object.name);
      const policy::Evaluation evaluation =
          policy::evaluate(requirements[i], checked_.promises[i].policies);
      for (Finding& finding : check_content(platforms, evaluation, names))
        findings.push_back(std::move(finding));
    }
    return findings;
  }

  // Whether a Python file of the same distribution has the text.
  bool is_mentioned(size_t file, const std::string& text) const {
    const size_t distribution = distributions_[checked_.files[file].promise];
    return std::any_of(listed().begin(), listed().end(), [&](const ListedFile& each) {
      if (each.distribution != distribution || !each.path.ends_with(".py")) return false;
      const OpenedFile opened = files_.open(each.path);
      return opened.error == 0 &&
             opened.contents->bytes().text().find(text) != std::string_view::npos;
    });
  }

  void check_elf_files() {
    scene_.files = &files_;
    scene_.prefix = environment_.prefix;
    Surroundings around;
    around.libc = elf::find_libc(*checked_.files.front().file);
    around.closed = environment_.whole;
    around.mentions = [&](size_t file, const std::string& text) {
      return is_mentioned(file, text);
    };
    check_files(checked_, {scene_}, around, options_, result_);
  }

  void append(std::vector<Finding> findings) {
    for (Finding& finding : findings) result_.findings.push_back(std::move(finding));
  }

  const FileSystem& files_;
  const InstalledEnvironment& environment_;
  const VerifyOptions& options_;
  const InstalledDistributions installed_;
  std::vector<InstalledElf> elf_files_;
  std::vector<size_t> elf_listed_;     // index into listed()
  std::vector<size_t> distributions_;  // of checked_.promises[i]
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
