#include "cli/search_flags.h"

#include "cli/console.h"
#include "cli/headings.h"

namespace elfwheel::cli {

void SearchFlags::add_to(CLI::App& app) {
  app.add_option("--ldpaths", ldpaths_, "Search these for libraries, not LD_LIBRARY_PATH")
      ->type_name("A:B")
      ->group(kLibraries);
  app.add_option("--sysroot", sysroot_, "The root directory to look in, also for --ldpaths")
      ->type_name("DIR")
      ->group(kLibraries)
      ->check(CLI::Validator(CLI::ExistingDirectory).description(""));
  app.add_flag("--disable-isa-ext-check", disable_isa_check_,
               "Accept files that need x86-64-v2 or later");
}

std::string SearchFlags::directories() const {
  if (has_sysroot()) return ldpaths_.value_or("");
  std::string directories =
      Console::variable("ELFWHEEL_LD_LIBRARY_PATH")
          .value_or(Console::variable("AUDITWHEEL_LD_LIBRARY_PATH").value_or(""));
  const std::string more = ldpaths_ ? *ldpaths_ : Console::variable("LD_LIBRARY_PATH").value_or("");
  if (!directories.empty() && !more.empty()) directories += ":";
  return directories + more;
}

repair::AuditOptions SearchFlags::options() {
  repair::AuditOptions options;
  std::optional<std::string> library_path;
  if (std::string listed = directories(); !listed.empty()) library_path = std::move(listed);
  options.environment = loader::host_environment(library_path, std::nullopt);
  loader::assume_cpu_level(options.environment, loader::kCpuLevels.front());
  if (has_sysroot()) {
    if (!sysroot_files_) sysroot_files_ = make_sysroot_file_system(sysroot_);
    options.files = sysroot_files_.get();
    options.environment.conf_without_cache = true;
    options.environment.glibc_version.reset();  // the root's own
  }
  if (const auto scratch = Console::variable("TMPDIR"); scratch && !scratch->empty())
    options.scratch_directory = *scratch;
  options.named_directories = ldpaths_;
  options.check_isa = !disable_isa_check_;
  return options;
}

}  // namespace elfwheel::cli
