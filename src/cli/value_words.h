// The words that a value can be, told beside the option that takes it:
//
//   command.add_option("--plat", …)->check(suggest([] { return names(); }));
//
// CLI::IsMember tells them too, and refuses all others; suggest() refuses nothing.
#pragma once

#include <CLI/Validators.hpp>
#include <functional>
#include <string>
#include <vector>

namespace elfwheel::cli {

class SuggestedWords : public CLI::Validator {
 public:
  // `words` is called when somebody wants them: never while a command line is parsed.
  explicit SuggestedWords(std::function<std::vector<std::string>()> words) {
    desc_function_ = [words = std::move(words)] { return CLI::detail::generate_set(words()); };
  }
};

inline CLI::Validator suggest(std::function<std::vector<std::string>()> words) {
  return SuggestedWords(std::move(words));
}

}  // namespace elfwheel::cli
