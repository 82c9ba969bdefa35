#include "cli/patchelf_mode.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/mapped_file.h"
#include "base/paths.h"
#include "cli/patchelf_arguments.h"
#include "cli/patchelf_plan.h"

namespace elfwheel::cli {

namespace {

// What build tools ask for before they trust a patchelf.
constexpr const char* kVersion = "patchelf 0.19.3\n";

// patchelf's new files can be run, whatever its input's mode.
void make_executable(const std::string& path) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::chmod(path.c_str(), 0777 & ~mask) != 0) throw io_error("cannot make it executable", errno);
}

elf::Edits read_and_plan(const PatchelfArguments& arguments, const std::string& path,
                         Console& console) {
  const MappedFile mapped = MappedFile::open(path);
  return print_and_plan(arguments, elf::ElfFile::parse(mapped.bytes()), console);
}

void patch(const PatchelfArguments& arguments, const std::string& path, Console& console) {
  if (arguments.debug) console.complain("patching " + path);
  const elf::Edits edits = read_and_plan(arguments, path, console);
  if (edits.empty() && arguments.output.empty()) return;
  const std::string& output = arguments.output.empty() ? path : arguments.output;
  const bool is_new = host_file_system().status(output).error == ENOENT;
  const elf::EditOutcome outcome = elf::edit_file(path, output, edits);
  if (is_new) make_executable(output);
  if (outcome.fell_back_in_place)
    console.complain(output + ": written in place, since its directory takes no new file");
  if (arguments.debug && outcome.changed) console.complain("wrote " + output);
}

ExitStatus run_words(const std::vector<std::string>& words, Console& console) {
  if (words.empty()) {
    console.tell(patchelf_usage());
    return ExitStatus::kNo;
  }
  PatchelfArguments arguments = parse_patchelf_arguments(words);
  if (Console::variable("PATCHELF_DEBUG")) arguments.debug = true;
  if (arguments.help) console.tell(patchelf_usage());
  if (arguments.version) console.print(kVersion);
  if (arguments.help || arguments.version) return ExitStatus::kDone;
  // The first file that fails ends it: that is how patchelf's users know which are done.
  for (const std::string& file : arguments.files)
    with_where(file, [&] { patch(arguments, file, console); });
  return ExitStatus::kDone;
}

}  // namespace

std::optional<std::vector<std::string>> find_patchelf_words(int argc, const char* const* argv) {
  const std::vector<std::string> words(argv, argv + argc);
  if (!words.empty() && base_name(words[0]) == "patchelf")
    return {{words.begin() + 1, words.end()}};
  if (words.size() > 1 && words[1] == "patchelf") return {{words.begin() + 2, words.end()}};
  return std::nullopt;
}

ExitStatus run_patchelf(const std::vector<std::string>& words, Console& console) {
  console.speak_as("patchelf");
  try {
    return run_words(words, console);
  } catch (const std::exception& error) {
    console.complain(error.what());
    return ExitStatus::kNo;
  }
}

}  // namespace elfwheel::cli
