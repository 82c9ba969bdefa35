#include "elf/judges/tools.h"

#include <algorithm>
#include <regex>

#include "elf/judges/run.h"

namespace elfwheel::test {

Lines lint(const std::string& path, const std::string& kind) {
  static const std::regex kNumber("0x[0-9a-f]+|[0-9]+");
  Lines result;
  for (const std::string& line : lines_of(run({"eu-elflint", "--gnu-ld", kind, path}).out))
    if (line != "No errors") result.push_back(std::regex_replace(line, kNumber, "#"));
  return result;
}

Lines new_lines(const Lines& before, const Lines& after) {
  Lines known = before;
  Lines result;
  for (const std::string& line : after) {
    const auto found = std::find(known.begin(), known.end(), line);
    if (found == known.end())
      result.push_back(line);
    else
      known.erase(found);
  }
  return result;
}

// Debian's binutils for other machines know their relocations; the native ones do not.
std::string binutils_prefix(const std::string& target) {
  if (target == "aarch64") return "aarch64-linux-gnu-";
  if (target == "arm") return "arm-linux-gnueabihf-";
  if (target == "riscv64") return "riscv64-linux-gnu-";
  if (target == "s390x") return "s390x-linux-gnu-";
  return "";
}

std::vector<Stripper> strippers(const std::string& target) {
  const std::string prefix = binutils_prefix(target);
  const std::string strip = prefix + "strip";
  const std::string objcopy = prefix + "objcopy";
  return {
      {"strip", {{strip, "FILE"}}},
      {"strip -g", {{strip, "-g", "FILE"}}},
      {"eu-strip", {{"eu-strip", "FILE"}}},
      {"llvm-strip", {{"llvm-strip", "FILE"}}},
      {"strip, then llvm-strip", {{strip, "-g", "FILE"}, {"llvm-strip", "FILE"}}},
      {"debug file",
       {{objcopy, "--only-keep-debug", "FILE", "FILE.debug"},
        {objcopy, "--strip-debug", "--add-gnu-debuglink=FILE.debug", "FILE"}}},
  };
}

bool apply_stripper(const Stripper& stripper, const std::string& path, std::string& message) {
  for (std::vector<std::string> command : stripper.commands) {
    for (std::string& word : command)
      if (const auto at = word.find("FILE"); at != std::string::npos) word.replace(at, 4, path);
    const Finished finished = run(command);
    message += finished.out + finished.err;
    if (finished.exit_code != 0) return false;
  }
  return true;
}

}  // namespace elfwheel::test
