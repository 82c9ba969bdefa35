// What somebody meant who mistyped a word.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace elfwheel::cli {

// The word of `known` that needs the fewest changes to `word`: a letter too many, too few, another
// one, or two in the wrong order; at most one in three letters, not counting the dashes in front.
// Else the first that begins as `word` does, of three letters or more. The first of several;
// nothing where none is near.
std::optional<std::string> nearest_word(const std::string& word,
                                        const std::vector<std::string>& known);

// " (did you mean 'repair'?)", or "".
std::string suggestion(const std::string& word, const std::vector<std::string>& known);

}  // namespace elfwheel::cli
