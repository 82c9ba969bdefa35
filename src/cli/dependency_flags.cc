#include "cli/dependency_flags.h"

#include <algorithm>

#include "base/paths.h"
#include "cli/console.h"
#include "cli/headings.h"
#include "cli/value_words.h"
#include "elfwheel/base/file_system.h"
#include "elfwheel/policy/policy.h"

namespace elfwheel::cli {

namespace {

// Where the first python3 of `path` has its distributions: its prefix as it is called (a virtual
// environment) and with links resolved. It is not run.
std::vector<std::string> python_prefixes(const FileSystem& files, const std::string& path) {
  std::vector<std::string> prefixes;
  for (const std::string& directory : split(path, ':')) {
    if (!directory.starts_with('/')) continue;
    const std::string python = join_path(directory, "python3");
    const auto real_path = files.real_path(python);
    if (!real_path) continue;
    for (const std::string& program : {python, *real_path}) {
      const std::string prefix(directory_name(directory_name(program)));
      if (std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
        prefixes.push_back(prefix);
    }
    break;
  }
  // Debian's Python installs by itself into another prefix.
  if (!prefixes.empty() && prefixes.back() == "/usr") prefixes.emplace_back("/usr/local");
  return prefixes;
}

// This process's PATH says nothing about another root.
std::vector<std::string> default_environments(const FileSystem* root) {
  if (root != nullptr) return python_prefixes(*root, "/usr/local/bin:/usr/bin:/bin");
  return python_prefixes(host_file_system(), Console::variable("PATH").value_or(""));
}

// What --plat takes, for wheels of every kind of machine.
std::vector<std::string> platform_words() {
  std::vector<std::string> words = {"auto"};
  for (const std::string& architecture : policy::architectures())
    for (const elf::Libc libc : {elf::Libc::kGlibc, elf::Libc::kMusl})
      for (const policy::Policy& policy : policy::list_policies(architecture, libc)) {
        words.push_back(policy.name);
        words.insert(words.end(), policy.aliases.begin(), policy.aliases.end());
      }
  return words;
}

}  // namespace

CLI::Option* add_patterns(CLI::App& app, const std::string& name,
                          std::vector<std::string>& patterns, const std::string& description) {
  return app.add_option(name, patterns, description)->type_name("PATTERN")->allow_extra_args(false);
}

void DependencyFlags::add_to(CLI::App& app) {
  app.add_option("--plat", platform_, "Platform tag to claim, e.g. manylinux_2_28_x86_64")
      ->type_name("TAG")
      ->check(suggest(platform_words))
      ->capture_default_str()
      ->group(kResult);
  add_patterns(app, "--exclude", excludes_, "Leave this library outside")->group(kLibraries);
  add_patterns(app, "--bundle", bundles_, "Copy this library in though it may stay outside")
      ->group(kLibraries);
  add_patterns(app, "--include-lib", includes_, "Copy in, too: a name that a file opens, or a path")
      ->group(kLibraries);
  add_patterns(app, "--depends-on", depends_on_, "Use the libraries of this distribution, or wheel")
      ->group(kLibraries);
  add_patterns(app, "--find-dist", environments_, "Environment that has it, instead of python3's")
      ->type_name("DIR")
      ->group(kLibraries);
  app.add_option("--python", pythons_, "Only these Pythons' layouts count, as in 3.9-3.13")
      ->type_name("VERSIONS")
      ->group(kResult);
}

void DependencyFlags::apply(const std::vector<std::string>& wheels,
                            repair::AuditOptions& options) const {
  options.platform = platform_;
  options.excludes = excludes_;
  options.includes = includes_;
  options.bundles = bundles_;
  options.depends_on = depends_on_;
  options.other_wheels = wheels;
  options.environments = environments_;
  if (!depends_on_.empty() && environments_.empty())
    options.environments = default_environments(options.files);
  if (!pythons_.empty()) options.pythons = wheel::parse_pythons(pythons_);
}

}  // namespace elfwheel::cli
