#include "elf/judges/peers.h"

#include "elf/judges/fixtures.h"
#include "elf/judges/run.h"

namespace elfwheel::test {

void run_patchelf(const std::vector<std::string>& words, const std::string& input,
                  const std::string& output) {
  write_file(output, read_file(input));
  std::vector<std::string> command = {ELFWHEEL_PATCHELF};
  command.insert(command.end(), words.begin(), words.end());
  command.push_back(output);
  run_ok(command);
}

}  // namespace elfwheel::test
