#include "cli/search_flags.h"

#include "cli/console.h"

namespace elfwheel::cli {

void SearchFlags::add_to(CLI::App& app) {
  app.add_option("--ldpaths", ldpaths_, "Look for libraries there instead of in LD_LIBRARY_PATH")
      ->type_name("A:B");
  app.add_flag("--disable-isa-ext-check", disable_isa_check_,
               "Accept files that need x86-64-v2 or later");
}

repair::AuditOptions SearchFlags::options() const {
  std::string directories =
      Console::variable("ELFWHEEL_LD_LIBRARY_PATH")
          .value_or(Console::variable("AUDITWHEEL_LD_LIBRARY_PATH").value_or(""));
  const std::string more = ldpaths_ ? *ldpaths_ : Console::variable("LD_LIBRARY_PATH").value_or("");
  if (!directories.empty() && !more.empty()) directories += ":";
  directories += more;
  repair::AuditOptions options;
  std::optional<std::string> library_path;
  if (!directories.empty()) library_path = directories;
  options.environment = loader::host_environment(library_path, std::nullopt);
  options.check_isa = !disable_isa_check_;
  return options;
}

}  // namespace elfwheel::cli
