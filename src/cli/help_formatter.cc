#include "cli/help_formatter.h"

#include "cli/describe.h"
#include "cli/help_text.h"

namespace elfwheel::cli {

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  if (app->get_parent() == nullptr)
    return program_help_text(describe_program(*app), brief_headings_);
  return command_help_text(app->get_parent()->get_name(), describe_command(*app));
}

}  // namespace elfwheel::cli
