#include "cli/patchelf_arguments.h"

#include <cstdlib>

#include "cli/name_map.h"
#include "cli/os_abi.h"
#include "cli/text_file.h"
#include "elfwheel/base/error.h"

namespace elfwheel::cli {

namespace {

using Arguments = PatchelfArguments;
using Values = const std::string*;  // as many as the option's operands

struct Option {
  const char* name;
  std::vector<const char*> operands;
  const char* about;
  void (*apply)(Arguments& arguments, Values values);
};

// The value itself, or what is in the file that "@FILE" names, without the line break at its end.
std::string value_of(const std::string& word) {
  if (word.empty() || word.front() != '@') return word;
  const std::string path = word.substr(1);
  std::string text = with_where(path, [&] { return read_text_file(path); });
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void apply_page_size(Arguments& arguments, Values values) {
  arguments.page_size = std::atoi(values[0].c_str());
  if (arguments.page_size <= 0)
    throw Error(ErrorCode::kUsage, "--page-size " + values[0] + ": not a positive number");
}

template <bool Arguments::*kMember>
void turn_on(Arguments& arguments, Values) {
  arguments.*kMember = true;
}

template <auto kMember>
void assign(Arguments& arguments, Values values) {
  arguments.*kMember = value_of(values[0]);
}

template <std::set<std::string> Arguments::*kMember>
void insert(Arguments& arguments, Values values) {
  (arguments.*kMember).insert(value_of(values[0]));
}

void ignore(Arguments&, Values) {}

using A = Arguments;

const std::vector<Option>& options() {
  static const std::vector<Option> all = {
      {"--set-interpreter", {"FILE"}, "the loader of a program", assign<&A::interpreter>},
      {"--interpreter", {"FILE"}, "the same", assign<&A::interpreter>},
      {"--page-size", {"SIZE"}, "alignment of added segments", apply_page_size},
      {"--print-interpreter", {}, "", turn_on<&A::print_interpreter>},
      {"--print-os-abi", {}, "", turn_on<&A::print_os_abi>},
      {"--set-os-abi", {"ABI"}, "by name, such as linux", assign<&A::os_abi>},
      {"--print-soname", {}, "", turn_on<&A::print_soname>},
      {"--set-soname", {"SONAME"}, "", assign<&A::soname>},
      {"--set-rpath", {"RPATH"}, "", assign<&A::set_rpath>},
      {"--add-rpath", {"RPATH"}, "at the end", assign<&A::add_rpath>},
      {"--remove-rpath", {}, "", turn_on<&A::remove_rpath>},
      {"--shrink-rpath", {}, "keep directories of use", turn_on<&A::shrink_rpath>},
      {"--allowed-rpath-prefixes",
       {"PREFIXES"},
       "for --shrink-rpath",
       assign<&A::allowed_rpath_prefixes>},
      {"--print-rpath", {}, "", turn_on<&A::print_rpath>},
      {"--force-rpath", {}, "write DT_RPATH, not DT_RUNPATH", turn_on<&A::force_rpath>},
      {"--add-needed", {"LIBRARY"}, "", insert<&A::add_needed>},
      {"--remove-needed", {"LIBRARY"}, "", insert<&A::remove_needed>},
      {"--replace-needed",
       {"LIBRARY", "NEW_LIBRARY"},
       "",
       [](Arguments& arguments, Values values) {
         arguments.replace_needed[values[0]] = values[1];
       }},
      {"--print-needed", {}, "", turn_on<&A::print_needed>},
      {"--no-default-lib", {}, "search the rpath alone", turn_on<&A::no_default_lib>},
      {"--no-sort", {}, "taken, without effect: nothing is sorted", ignore},
      {"--clear-symbol-version", {"SYMBOL"}, "", insert<&A::clear_versions>},
      {"--add-debug-tag", {}, "DT_DEBUG, for debuggers", turn_on<&A::debug_tag>},
      {"--build-resolution-cache", {}, "for NixOS's loader", turn_on<&A::build_resolution_cache>},
      {"--print-execstack", {}, "", turn_on<&A::print_execstack>},
      {"--clear-execstack", {}, "", turn_on<&A::clear_execstack>},
      {"--set-execstack", {}, "", turn_on<&A::set_execstack>},
      {"--rename-dynamic-symbols",
       {"MAP"},
       "a file of lines OLD NEW",
       [](Arguments& arguments, Values values) {
         read_name_map(values[0], arguments.rename_symbols);
       }},
      {"--no-clobber-old-sections", {}, "taken, without effect", ignore},
      {"--output", {"OUT"}, "leave FILE as it is", assign<&A::output>},
      {"--debug", {}, "tell more on standard error", turn_on<&A::debug>},
      {"--version", {}, "", turn_on<&A::version>},
      {"--help", {}, "", turn_on<&A::help>},
      {"-h", {}, "", turn_on<&A::help>},
  };
  return all;
}

std::string synopsis(const Option& option) {
  std::string text = option.name;
  for (const char* operand : option.operands) text.append(" ").append(operand);
  return text;
}

const Option* find_option(const std::string& word) {
  for (const Option& option : options())
    if (word == option.name) return &option;
  return nullptr;
}

// Whether an option with that operand adds to a list.
bool collects(std::string_view operand) { return operand == "LIBRARY" || operand == "SYMBOL"; }

void check(const Arguments& arguments) {
  const auto refuse = [](const char* message) { throw Error(ErrorCode::kUsage, message); };
  if (arguments.files.empty()) refuse("no file is named");
  if (!arguments.output.empty() && arguments.files.size() > 1)
    refuse("--output takes a single file");
  if (arguments.set_rpath && arguments.add_rpath)
    refuse("--set-rpath and --add-rpath do not go together");
  if (arguments.build_resolution_cache && arguments.force_rpath)
    refuse("--build-resolution-cache and --force-rpath do not go together");
}

}  // namespace

PatchelfArguments parse_patchelf_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (size_t i = 0; i < words.size();) {
    const Option* const option = find_option(words[i]);
    ++i;
    if (option == nullptr) {
      arguments.files.push_back(words[i - 1]);
      continue;
    }
    const size_t count = option->operands.size();
    if (count > words.size() - i) throw Error(ErrorCode::kUsage, synopsis(*option) + ": missing");
    option->apply(arguments, words.data() + i);
    if (arguments.help || arguments.version) return arguments;
    i += count;
  }
  check(arguments);
  return arguments;
}

void describe_patchelf(CommandDescription& command) {
  command.is_program = true;
  command.notes = {
      "What patchelf 0.19 takes, prints and exits with. A link named patchelf to elfwheel is the "
      "same without the first word. Options and files stand in any order; several options are "
      "carried out at once. A value @FILE is the content of FILE."};
  command.examples = {"elfwheel patchelf --set-rpath '$ORIGIN' --print-rpath libpkg.so",
                      "ln -s /usr/bin/elfwheel ~/.local/bin/patchelf"};
  command.exit_statuses = {{"0", "Done."},
                           {"1", "Anything else; the first file that fails ends it."}};
  command.operands = {{{"FILE", ValueKind::kFile, {}}, "ELF files", true, true, ""}};
  command.options.clear();
  for (const Option& option : options()) {
    OptionDescription description;
    description.names = {option.name};
    description.text = option.about;
    description.heading = "Options";
    for (const char* const operand : option.operands)
      description.values.push_back({operand, value_kind(operand), {}});
    if (description.names.front() == "--set-os-abi")
      description.values.front() = {"ABI", ValueKind::kWords, os_abi_names()};
    // Of others the last one counts.
    description.repeatable = !option.operands.empty() && collects(option.operands.front());
    command.options.push_back(std::move(description));
  }
}

std::string patchelf_usage() {
  std::string text = "usage: patchelf [OPTION]... FILE...\n";
  for (const Option& option : options()) {
    std::string line = "  " + synopsis(option);
    if (*option.about != '\0')
      line.append(line.size() < 36 ? 36 - line.size() : 2, ' ').append(option.about);
    text += line + "\n";
  }
  return text +
         "A value @FILE is the content of FILE. This is elfwheel, which takes patchelf's command\n"
         "line; `elfwheel --help` shows its own.";
}

}  // namespace elfwheel::cli
