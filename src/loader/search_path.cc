#include "loader/search_path.h"

#include <algorithm>
#include <cerrno>

#include "elfwheel/base/error.h"

namespace elfwheel::loader {

SearchPath DirectoryTable::parse(std::string_view text, std::string_view separators,
                                 const std::function<std::string(std::string_view)>& expand) {
  SearchPath list;
  if (text.empty()) return list;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    const auto element = text.substr(begin, end - begin);
    begin = end + 1;
    std::string name = expand(element);
    // An element whose tokens leave nothing is dropped; an empty one is the current directory.
    if (name.empty() && !element.empty()) continue;
    while (name.size() > 1 && name.back() == '/') name.pop_back();
    if (!name.empty() && name.back() != '/') name += '/';

    SearchDirectory& directory = directories_[name];
    if (directory.states.empty()) {
      // A relative directory always counts as existing: the current one may change.
      const bool absolute = !name.empty() && name.front() == '/';
      directory.states.assign(subdirectories_.size(), absolute ? SearchDirectory::State::kUnknown
                                                               : SearchDirectory::State::kExisting);
      directory.name = std::move(name);
    }
    if (std::find(list.begin(), list.end(), &directory) == list.end()) list.push_back(&directory);
  }
  return list;
}

// ld.so asks this after a failed try, and then never again; asking before it is the same but for
// "/", whose name without the slash is "": see search().
bool DirectoryTable::is_existing(SearchDirectory& directory, size_t subdirectory) {
  using State = SearchDirectory::State;
  State& state = directory.states[subdirectory];
  if (state != State::kUnknown) return state == State::kExisting;
  // The last subdirectory is the directory itself: without it there are no others.
  const size_t self = subdirectories_.size() - 1;
  const bool is_self = subdirectory == self;
  const bool is_lost = directory.name == "/" && version_.loses_root_directory();
  if (!is_self && !is_lost && !is_existing(directory, self)) {
    state = State::kMissing;
    return false;
  }
  std::string path = directory.name + subdirectories_[subdirectory];
  if (path.size() > 1) path.pop_back();
  const FileStatus status = files_.status(path);
  const bool exists = status.error == 0 && status.kind == FileKind::kDirectory;
  state = exists ? State::kExisting : State::kMissing;
  return exists;
}

DirectoryTable::Hit DirectoryTable::search(
    const SearchPath& list, const std::string& name,
    const std::function<Candidate(const std::string&)>& examine, const SearchStep& step,
    std::vector<SearchStep>& steps) {
  using State = SearchDirectory::State;
  const auto record = [&](std::string path, std::string outcome) {
    steps.push_back(step);
    steps.back().path = std::move(path);
    steps.back().outcome = std::move(outcome);
  };
  const size_t self = subdirectories_.size() - 1;
  for (SearchDirectory* const directory : list) {
    int last_error = ENOENT;
    bool any_existing = false;
    for (size_t i = 0; i < subdirectories_.size(); ++i) {
      // Before 2.37 ld.so looks for "/" under the name "" once a try in it has failed: it is tried
      // once and counts as missing ever after.
      const bool is_root = i == self && directory->name == "/" && version_.loses_root_directory();
      const bool untried_root = is_root && directory->states[i] == State::kUnknown;
      if (!untried_root && !is_existing(*directory, i)) {
        if (i == self) record(directory->name + name, errno_text(ENOENT));
        continue;
      }
      std::string path = directory->name + subdirectories_[i] + name;
      Candidate candidate = examine(path);
      record(path, candidate.outcome);
      if (candidate.use != CandidateUse::kPassedOver) {
        if (untried_root) directory->states[i] = State::kExisting;
        return {std::move(path), std::move(candidate)};
      }
      last_error = candidate.error;
      if (untried_root) {
        directory->states[i] = State::kMissing;
        last_error = ENOENT;
      } else {
        any_existing = true;
      }
    }
    const bool goes_on = last_error == ENOENT || last_error == EACCES ||
                         (last_error == ENOTDIR && !version_.stops_at_files());
    if (any_existing && !goes_on) break;
  }
  return {};
}

}  // namespace elfwheel::loader
