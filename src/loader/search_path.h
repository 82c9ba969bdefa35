// Lists of directories as glibc searches them: how a path string becomes one, and how one is gone
// through for a name.
//
// Source: glibc 2.36 elf/dl-load.c `fillin_rpath`, `open_path`.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/base/file_system.h"
#include "elfwheel/loader/glibc_version.h"
#include "elfwheel/loader/link_map.h"
#include "loader/candidate.h"

namespace elfwheel::loader {

// A directory and what is known of its subdirectories. `name` is as it stands in front of a file's
// name: with a trailing slash, or "" for the current directory.
struct SearchDirectory {
  enum class State { kUnknown, kExisting, kMissing };
  std::string name;
  std::vector<State> states;  // one for each subdirectory
};

// Directories in order; they belong to the DirectoryTable.
using SearchPath = std::vector<SearchDirectory*>;

// All directories of one run: what was found out about one serves every list that has it.
class DirectoryTable {
 public:
  // `subdirectories` as list_subdirectories gives them.
  DirectoryTable(const FileSystem& files, std::vector<std::string> subdirectories,
                 GlibcVersion version = {})
      : files_(files), subdirectories_(std::move(subdirectories)), version_(version) {}

  // The list that `text`, split at any of `separators`, stands for; `expand` replaces the tokens of
  // one element. An empty text is an empty list; an empty element is the current directory.
  SearchPath parse(std::string_view text, std::string_view separators,
                   const std::function<std::string(std::string_view)>& expand);

  struct Hit {
    std::string path;
    Candidate candidate;
  };
  // Goes through `list` for `name`. The first file taken or refused ends it; otherwise the result's
  // candidate is passed over. Every try is added to `steps` as a copy of `step`.
  Hit search(const SearchPath& list, const std::string& name,
             const std::function<Candidate(const std::string&)>& examine, const SearchStep& step,
             std::vector<SearchStep>& steps);

 private:
  bool is_existing(SearchDirectory& directory, size_t subdirectory);

  const FileSystem& files_;
  std::vector<std::string> subdirectories_;
  GlibcVersion version_;
  std::map<std::string, SearchDirectory> directories_;
};

}  // namespace elfwheel::loader
