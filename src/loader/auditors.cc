#include "loader/auditors.h"

#include <optional>
#include <string>
#include <utility>

#include "loader/preload_file.h"

namespace elfwheel::loader {

namespace {

std::string describe(const Auditor& auditor) {
  if (!auditor.failure.empty()) return auditor.source + ": " + auditor.failure + ": ignored";
  return auditor.source + ": " + auditor.loaded.front() +
         " is loaded first, into a namespace of its own (" + std::to_string(auditor.loaded.size()) +
         " files), and may change what is found";
}

}  // namespace

void add_auditors(const WalkInput& input, LinkMap& map) {
  const std::pair<const char*, const std::optional<std::string>&> sources[] = {
      {"LD_AUDIT", input.environment.audit},
      {"DT_AUDIT", input.root.audit},
      {"DT_DEPAUDIT", input.root.depaudit}};
  for (const auto& [source, text] : sources)
    for (const std::string& name : split_words(text.value_or(""), ":")) {
      map.auditors.push_back(walk_auditor(input, source, name));
      map.warnings.push_back(describe(map.auditors.back()));
    }
}

}  // namespace elfwheel::loader
