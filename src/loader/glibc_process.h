// What glibc's ld.so does in a process, as one object: the story is in glibc_walk.cc (start, needs,
// files that are opened, auditors), where a name leads to in glibc_names.cc.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "loader/candidate.h"
#include "loader/dynamic_tokens.h"
#include "loader/hwcaps.h"
#include "loader/ld_so_cache.h"
#include "loader/pending_cache.h"
#include "loader/search_path.h"
#include "loader/walk.h"

namespace elfwheel::loader {

inline constexpr ObjectId kRoot = 0;

// A need of an object that was found.
struct FoundNeed {
  uint64_t tag;
  ObjectId id;
};

// What ld.so keeps of an object besides what the LinkMap shows.
struct GlibcMapped {
  const ObjectFacts* facts = nullptr;  // null: ld.so itself, where its file cannot be read
  TokenValues tokens;
  std::optional<SearchPath> rpath;  // made when first asked for
  std::optional<SearchPath> runpath;
  bool is_listed = false;                       // in the search list
  std::optional<std::vector<FoundNeed>> needs;  // once they were looked for
};

// A place of the search list.
struct Listed {
  ObjectId id;
  bool is_done;  // its needs have been gone through
};

class GlibcProcess {
 public:
  explicit GlibcProcess(const WalkInput& input)
      : in_(input),
        directories_(input.files,
                     list_subdirectories(input.environment.hwcaps, input.environment.legacy_hwcaps),
                     input.environment.glibc_version.value_or(GlibcVersion{})) {
    map_.libc = elf::Libc::kGlibc;
  }

  LinkMap run() {
    add_root();
    name_loader();
    read_cache();
    map_preloads();
    const bool started = map_needs();
    order_loads();
    map_.missing_versions = find_missing_versions(kRoot);
    if (in_.script.bind) in_.script.bind(map_);
    if (started)
      for (const OpenCall& call : in_.script.opens) open(call);
    return std::move(map_);
  }

  // Instead of run(): what the auditor `name` brings into its namespace.
  Auditor audit(const std::string& source, const std::string& name);

 private:
  void add_root();
  void name_loader();
  void read_cache();
  void map_preloads();
  void map_preload(const std::string& name, const std::string& origin);
  bool map_needs();
  bool map_needs_of(size_t& place);
  std::vector<MissingVersion> find_missing_versions(ObjectId first) const;
  void list_need(const FoundNeed& need, size_t& asker_place);
  void open(const OpenCall& call);
  std::string map_opening(const OpenCall& call);
  void place_filtee(ObjectId filtee, size_t& filter_place);
  void order_loads();

  std::optional<ObjectId> map_name(Request& request, const std::string& name);
  std::optional<std::string> find_shadowed(const Request& request, const std::string& name,
                                           ObjectId loaded);
  std::optional<ObjectId> search_lists(Request& request, const std::string& name);
  std::optional<ObjectId> search_list(Request& request, const std::string& name,
                                      const SearchPath& list, SearchStep step);
  std::optional<ObjectId> search_cache(Request& request, const std::string& name);
  std::optional<SearchStep> find_cached(const std::string& name);
  void warn_of_pending_cache();
  std::optional<ObjectId> try_path(Request& request, const std::string& name,
                                   const std::string& path, FoundBy source);
  std::optional<ObjectId> accept(Request& request, const std::string& name, const std::string& path,
                                 const Candidate& candidate, FoundBy source);
  ObjectId add_object(LoadedObject object, const ObjectFacts* facts, const std::string& origin);
  ObjectId add_loader(ObjectId asker, const std::string& name);
  void name_again();

  std::string expand(std::string_view text, ObjectId owner) const {
    return expand_glibc_tokens(text, mapped_[owner].tokens);
  }
  Candidate examine(const std::string& path) const {
    return examine_for_glibc(in_.files, path, in_.root.kind(), in_.store);
  }
  SearchPath parse_path(std::string_view text, std::string_view separators, ObjectId owner) {
    return directories_.parse(text, separators,
                              [&](std::string_view part) { return expand(part, owner); });
  }
  const SearchPath& rpath_of(ObjectId id);
  const SearchPath& runpath_of(ObjectId id);
  bool is_free_of_defaults(ObjectId id) const {
    return mapped_[id].facts != nullptr && (mapped_[id].facts->flags_1 & elf::DF_1_NODEFLIB) != 0;
  }

  const WalkInput& in_;
  LinkMap map_;
  std::vector<GlibcMapped> mapped_;  // parallel to map_.objects
  std::vector<ObjectId> loaded_;  // ld.so's list of objects, which it searches for names and prints
  std::vector<Listed> search_;
  std::unordered_map<std::string, ObjectId> names_;  // the first object of loaded_ with that name
  std::vector<std::string> loader_names_;            // ld.so has these before anything is loaded
  std::optional<ObjectId> loader_;                   // set when something needs it
  std::optional<SeenFile> looked_at_;                // set: a search looks and maps nothing
  bool audits_ = false;                              // the namespace is an auditor's
  DirectoryTable directories_;
  SearchPath library_path_;
  SearchPath defaults_;
  OpenedFile cache_file_;
  LdSoCache cache_;
  const PendingCache* pending_cache_ = nullptr;  // where there is no cache
};

}  // namespace elfwheel::loader
