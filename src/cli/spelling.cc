#include "cli/spelling.h"

#include <algorithm>

namespace elfwheel::cli {

namespace {

// The optimal string alignment distance. Words of a command line are short enough for a table.
size_t count_changes(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> changes(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) changes[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) changes[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t other_letter = changes[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      changes[i][j] = std::min({changes[i - 1][j] + 1, changes[i][j - 1] + 1, other_letter});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        changes[i][j] = std::min(changes[i][j], changes[i - 2][j - 2] + 1);
    }
  }
  return changes[a.size()][b.size()];
}

// Longer words are no command and no option: they are not compared.
constexpr size_t kLongest = 64;

}  // namespace

std::optional<std::string> nearest_word(const std::string& word,
                                        const std::vector<std::string>& known) {
  if (word.size() > kLongest) return std::nullopt;
  std::optional<std::string> nearest;
  const size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  size_t fewest = std::max<size_t>(1, letters / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t changes = count_changes(word, candidate);
    if (changes >= fewest || changes >= letters) continue;
    fewest = changes;
    nearest = candidate;
  }
  if (nearest || letters < 3) return nearest;
  const auto longer = std::find_if(known.begin(), known.end(), [&](const std::string& candidate) {
    return candidate.starts_with(word);
  });
  if (longer != known.end()) nearest = *longer;
  return nearest;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::optional<std::string> nearest = nearest_word(word, known);
  return nearest ? " (did you mean '" + *nearest + "'?)" : "";
}

}  // namespace elfwheel::cli
