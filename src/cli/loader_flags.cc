#include "cli/loader_flags.h"

#include <fmt/format.h>

#include "base/paths.h"
#include "cli/console.h"

namespace elfwheel::cli {

void LoaderFlags::add_to(CLI::App& app) {
  constexpr const char* kHeading = "Loader";
  app.add_flag("--no-env", no_env_, "Ignore LD_LIBRARY_PATH, LD_PRELOAD and LD_AUDIT")
      ->group(kHeading);
  app.add_option("--ldpaths", ldpaths_, "Use these directories as LD_LIBRARY_PATH")
      ->type_name("A:B")
      ->group(kHeading);
  app.add_option("--preload", preloads_, "Use this file as LD_PRELOAD")
      ->type_name("FILE")
      ->group(kHeading)
      ->allow_extra_args(false);
  app.add_option("--audit", auditors_, "Use this file as LD_AUDIT")
      ->type_name("FILE")
      ->group(kHeading)
      ->allow_extra_args(false);
  app.add_option("--sysroot", sysroot_, "See DIR as the root directory; implies --no-env")
      ->type_name("DIR")
      ->group(kHeading)
      ->check(CLI::Validator(CLI::ExistingDirectory).description(""));
  app.add_option("--cpu", cpu_, "Search as on a CPU of this level (glibc-hwcaps)")
      ->group(kHeading)
      ->type_name("x86-64[-vN]")
      ->check(CLI::IsMember(
          std::vector<std::string>(loader::kCpuLevels.begin(), loader::kCpuLevels.end())));
  app.add_option("--libc", libc_, "Follow this libc's loader, whatever the file says")
      ->group(kHeading)
      ->type_name("glibc|musl")
      ->check(CLI::IsMember({"glibc", "musl"}));
}

loader::LoaderEnvironment LoaderFlags::environment() const {
  std::optional<std::string> library_path;
  std::optional<std::string> preload;
  std::optional<std::string> audit;
  if (!no_env_ && sysroot_.empty()) {
    library_path = Console::variable("LD_LIBRARY_PATH");
    preload = Console::variable("LD_PRELOAD");
    audit = Console::variable("LD_AUDIT");
  }
  if (ldpaths_) library_path = ldpaths_;
  if (!auditors_.empty()) audit = fmt::format("{}", fmt::join(auditors_, ":"));
  if (!preloads_.empty()) preload = fmt::format("{}", fmt::join(preloads_, ":"));
  loader::LoaderEnvironment environment =
      loader::host_environment(std::move(library_path), std::move(preload));
  environment.audit = std::move(audit);
  if (!sysroot_.empty()) {
    environment.conf_without_cache = true;
    environment.glibc_version.reset();  // the root's own
  }
  if (!cpu_.empty()) loader::assume_cpu_level(environment, cpu_);
  if (libc_ == "glibc") environment.libc = elf::Libc::kGlibc;
  if (libc_ == "musl") environment.libc = elf::Libc::kMusl;
  return environment;
}

const FileSystem& LoaderFlags::files() {
  if (sysroot_.empty()) return host_file_system();
  if (!sysroot_files_) sysroot_files_ = make_sysroot_file_system(sysroot_);
  return *sysroot_files_;
}

std::string path_in_root(const std::string& root, const std::string& file) {
  if (root.empty()) return file;
  const std::string directory = normalize_path(root);
  const std::string path = normalize_path(file);
  if (directory == "/" || path == directory || !is_within(path, directory)) return file;
  return path.substr(directory.size());
}

}  // namespace elfwheel::cli
