// glibc's ld.so: preloads, then breadth first over the search list; where each name is looked for.
//
// Source: glibc 2.36 elf/rtld.c `dl_main`, elf/dl-deps.c `_dl_map_object_deps`, elf/dl-load.c
// `_dl_map_object`. How a list of directories is gone through is in search_path, what becomes of a
// file in candidate.
#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <utility>

#include "base/paths.h"
#include "loader/candidate.h"
#include "loader/dynamic_tokens.h"
#include "loader/hwcaps.h"
#include "loader/ld_so_cache.h"
#include "loader/pending_cache.h"
#include "loader/preload_file.h"
#include "loader/search_path.h"
#include "loader/walk.h"

namespace elfwheel::loader {

namespace {

constexpr ObjectId kRoot = 0;

// A need of an object that was found.
struct FoundNeed {
  uint64_t tag;
  ObjectId id;
};

// What ld.so keeps of an object besides what the LinkMap shows.
struct Mapped {
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

class GlibcWalk {
 public:
  explicit GlibcWalk(const WalkInput& input)
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
  std::vector<Mapped> mapped_;    // parallel to map_.objects
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

void GlibcWalk::add_root() {
  std::string origin = find_origin(in_.files, in_.path);
  const GlibcVersion version = in_.environment.glibc_version.value_or(GlibcVersion{});
  if (in_.is_program || version.resolves_argument()) {
    const auto real = in_.files.real_path(in_.path);  // /proc/self/exe of a program
    if (real) origin = directory_name(*real);
  }
  add_object(make_object(in_.files, in_.path, in_.id, in_.root), &in_.root, origin);
  map_.objects[kRoot].found_by = FoundBy::kRoot;
  loaded_.push_back(kRoot);
  search_.push_back({kRoot, false});
  mapped_[kRoot].is_listed = true;

  library_path_ = parse_path(in_.environment.library_path.value_or(""), ":;", kRoot);
  std::string defaults;
  for (const auto& directory : in_.environment.default_directories)
    defaults += (defaults.empty() ? "" : ":") + directory;
  defaults_ =
      directories_.parse(defaults, ":", [](std::string_view part) { return std::string(part); });
}

// ld.so knows itself by the path it was started by and by its SONAME.
void GlibcWalk::name_loader() {
  const std::string path = in_.is_program ? in_.root.interp.value_or("") : in_.names.glibc_loader;
  if (path.empty()) return;
  loader_names_ = {path, std::string(base_name(in_.names.glibc_loader))};
  if (loader_names_.back().empty()) loader_names_.pop_back();
}

void GlibcWalk::read_cache() {
  if (!in_.environment.read_system_files) return;
  cache_file_ = in_.files.open("/etc/ld.so.cache");
  if (cache_file_.error == 0) {
    cache_ = LdSoCache(cache_file_.contents->bytes(), in_.root.header.byte_order);
  } else if (cache_file_.error == ENOENT && in_.environment.conf_without_cache) {
    pending_cache_ = &in_.store.pending_cache(in_.files, in_.names.cache_flags, [&] {
      return PendingCache(in_.files, in_.names, in_.environment.default_directories, in_.store);
    });
  }
}

void GlibcWalk::map_preloads() {
  for (const auto& name : split_words(in_.environment.preload.value_or(""), " :"))
    map_preload(name, "LD_PRELOAD");
  if (!in_.environment.read_system_files) return;
  const OpenedFile file = in_.files.open("/etc/ld.so.preload");
  if (file.error != 0) return;
  for (const auto& name : parse_preload_file(std::string(file.contents->bytes().text())))
    map_preload(name, "/etc/ld.so.preload");
}

// A preload that cannot be had is passed over, whatever is wrong with it.
void GlibcWalk::map_preload(const std::string& name, const std::string& origin) {
  Request request;
  request.name = name;
  if (const auto id = map_name(request, name)) {
    if (!mapped_[*id].is_listed) {
      mapped_[*id].is_listed = true;
      search_.push_back({*id, false});
      map_.objects[*id].found_by = FoundBy::kPreload;
    }
  } else {
    const std::string reason = request.fatal.empty() ? name + ": not found" : request.fatal;
    map_.warnings.push_back(origin + ": " + reason + ": ignored");
  }
  map_.preloads.push_back(std::move(request));
}

// False when ld.so gives up.
bool GlibcWalk::map_needs() {
  size_t place = 0;
  while (place < search_.size()) {
    if (search_[place].is_done) {
      ++place;
    } else if (!map_needs_of(place)) {
      return false;
    }
  }
  return true;
}

// Goes through the needs of the object at `place`; a filtee of it takes that place and is next.
// False when ld.so gives up.
bool GlibcWalk::map_needs_of(size_t& place) {
  search_[place].is_done = true;
  const ObjectId asker = search_[place].id;
  size_t own_place = place;
  if (mapped_[asker].needs) {  // it was in the process before this search list was begun
    for (const FoundNeed& need : *mapped_[asker].needs) list_need(need, own_place);
    return true;
  }
  mapped_[asker].needs.emplace();
  const ObjectFacts* const facts = mapped_[asker].facts;
  if (facts == nullptr) return true;
  for (const auto& [tag, name] : facts->needs) {
    Request request;
    request.asker = asker;
    request.tag = tag;
    request.name = name;
    const auto id = map_name(request, expand(name, asker));
    const bool gives_up = !request.fatal.empty();
    map_.requests.push_back(std::move(request));
    if (gives_up) return false;
    if (!id) continue;
    mapped_[asker].needs->push_back({tag, *id});
    list_need({tag, *id}, own_place);
  }
  return true;
}

// `asker_place` is that of the object that needs it, in the search list.
void GlibcWalk::list_need(const FoundNeed& need, size_t& asker_place) {
  if (need.tag != elf::DT_NEEDED) {
    place_filtee(need.id, asker_place);
  } else if (!mapped_[need.id].is_listed) {
    mapped_[need.id].is_listed = true;
    search_.push_back({need.id, false});
  }
}

// dlopen: what it maps stays in the process only if all of it can be had and bound.
void GlibcWalk::open(const OpenCall& call) {
  const std::vector<ObjectId> loaded = loaded_;
  const std::unordered_map<std::string, ObjectId> names = names_;
  std::string failure = map_opening(call);
  if (failure.empty() && in_.script.bind) failure = in_.script.bind(map_);
  if (failure.empty()) return;
  map_.openings.back().failure = std::move(failure);
  loaded_ = loaded;
  names_ = names;
}

// Adds the opening to the map; returns why it fails, or "".
std::string GlibcWalk::map_opening(const OpenCall& call) {
  const size_t first_object = map_.objects.size();
  const size_t first_request = map_.requests.size();
  Opening& opening = map_.openings.emplace_back();
  opening.mode = call.mode;
  opening.request.name = call.name;
  const auto id = map_name(opening.request, expand(call.name, kRoot));
  if (!id) return opening.request.fatal.empty() ? call.name + ": not found" : opening.request.fatal;
  for (Mapped& mapped : mapped_) mapped.is_listed = false;
  mapped_[*id].is_listed = true;
  search_ = {{*id, false}};
  map_needs();
  for (const Listed& listed : search_) opening.search_list.push_back(listed.id);
  for (const ObjectId loaded : loaded_)
    if (loaded >= first_object) opening.mapped.push_back(loaded);
  std::string failure = find_failure(map_, first_request);
  if (!failure.empty()) return failure;
  const std::vector<MissingVersion> missing = find_missing_versions(first_object);
  if (missing.empty()) return "";
  return describe(map_, missing.front());
}

// Of the objects from `first` on that are in the process. Source: elf/dl-version.c
// `_dl_check_map_versions`; a library is meant by the name in DT_VERNEED.
std::vector<MissingVersion> GlibcWalk::find_missing_versions(ObjectId first) const {
  std::vector<MissingVersion> missing;
  for (const ObjectId asker : loaded_) {
    if (asker < first) continue;
    for (const WantedVersions& wanted : mapped_[asker].facts->wanted_versions) {
      const auto library = names_.find(wanted.file);
      if (library == names_.end()) continue;  // not found either
      const ObjectFacts* const facts = mapped_[library->second].facts;
      if (facts == nullptr || !facts->defined_versions) continue;
      const std::vector<std::string>& defined = *facts->defined_versions;
      for (const std::string& version : wanted.versions)
        if (std::find(defined.begin(), defined.end(), version) == defined.end())
          missing.push_back({asker, library->second, version});
    }
  }
  return missing;
}

// A filtee goes directly before its filter, in the search list and in the list of objects. One that
// is before it already stays there. Only where filters are each other's filtees can one behind be
// done: ld.so goes through such a circle for ever, this goes through each object's needs once.
void GlibcWalk::place_filtee(ObjectId filtee, size_t& filter_place) {
  const ObjectId filter = search_[filter_place].id;
  bool is_done = false;
  if (mapped_[filtee].is_listed) {
    const auto late =
        std::find_if(search_.begin() + static_cast<std::ptrdiff_t>(filter_place) + 1, search_.end(),
                     [&](const Listed& listed) { return listed.id == filtee; });
    if (late == search_.end()) return;
    is_done = late->is_done;
    if (is_done) {
      map_.warnings.push_back(map_.objects[filtee].path + " and " + map_.objects[filter].path +
                              " filter each other: ld.so would not end");
    }
    search_.erase(late);
  }
  mapped_[filtee].is_listed = true;
  search_.insert(search_.begin() + static_cast<std::ptrdiff_t>(filter_place), {filtee, is_done});
  ++filter_place;

  loaded_.erase(std::remove(loaded_.begin(), loaded_.end(), filtee), loaded_.end());
  // Nothing can stand before the root: ld.so links its filtee in front of the list's head, where
  // it is not met again, nor are that one's own filtees.
  const auto at = std::find(loaded_.begin(), loaded_.end(), filter);
  if (filter != kRoot && at != loaded_.end()) loaded_.insert(at, filtee);
  name_again();
}

// The names of the objects in loaded_ as it is now: the first object with a name has it.
void GlibcWalk::name_again() {
  std::vector<std::vector<std::string>> names(map_.objects.size());
  for (const auto& [name, id] : names_) names[id].push_back(name);
  names_.clear();
  for (const ObjectId id : loaded_) {
    for (const auto& name : names[id]) names_.try_emplace(name, id);
    if (map_.objects[id].soname) names_.try_emplace(*map_.objects[id].soname, id);
  }
}

// ld.so prints its list of objects, itself where the search list first has it.
void GlibcWalk::order_loads() {
  map_.load_order.assign(loaded_.begin() + 1, loaded_.end());
  if (!loader_ || !mapped_[*loader_].is_listed) return;
  const auto listed = std::find_if(search_.begin(), search_.end(),
                                   [&](const Listed& place) { return place.id == *loader_; });
  const ObjectId before = (listed - 1)->id;
  const auto at = std::find(map_.load_order.begin(), map_.load_order.end(), before);
  const bool is_first = before == kRoot || at == map_.load_order.end();
  map_.load_order.insert(is_first ? map_.load_order.begin() : at + 1, *loader_);
}

std::optional<ObjectId> GlibcWalk::map_name(Request& request, const std::string& name) {
  const auto found = [&](ObjectId id) {
    request.object = id;
    request.found_by = FoundBy::kAlreadyLoaded;
    return id;
  };
  if (std::find(loader_names_.begin(), loader_names_.end(), name) != loader_names_.end())
    return found(add_loader(request.asker, request.name));
  if (const auto known = names_.find(name); known != names_.end()) {
    if (in_.script.finds_shadowed) request.shadowed = find_shadowed(request, name, known->second);
    return found(known->second);
  }
  if (name.find('/') == std::string::npos) return search_lists(request, name);
  return try_path(request, name, expand(name, request.asker), FoundBy::kPath);
}

// What a search for a name would find that `loaded` answers to, if that is another file.
std::optional<std::string> GlibcWalk::find_shadowed(const Request& request, const std::string& name,
                                                    ObjectId loaded) {
  if (name.find('/') != std::string::npos) return std::nullopt;
  Request search;
  search.asker = request.asker;
  looked_at_.emplace();
  search_lists(search, name);
  const SeenFile seen = *std::exchange(looked_at_, std::nullopt);
  if (seen.path.empty() || seen.id == map_.objects[loaded].id) return std::nullopt;
  return seen.path;
}

std::optional<ObjectId> GlibcWalk::search_lists(Request& request, const std::string& name) {
  const ObjectId asker = request.asker;
  const auto done = [&](const std::optional<ObjectId>& id) {
    return id.has_value() || !request.fatal.empty();
  };
  // Nobody asks for an auditor: the root only lends its paths, and its RUNPATH more than once.
  const bool asks = !audits_ || asker != kRoot;
  const bool has_runpath = asks && map_.objects[asker].runpath.has_value();
  if (!has_runpath) {
    for (std::optional<ObjectId> owner = asker; owner; owner = map_.objects[*owner].loader) {
      const auto id =
          search_list(request, name, rpath_of(*owner), {FoundBy::kRpath, owner, "", ""});
      if (done(id)) return id;
    }
    if (audits_) {
      const auto id =
          search_list(request, name, runpath_of(kRoot), {FoundBy::kRunpath, kRoot, "", ""});
      if (done(id)) return id;
    }
  }
  auto id = search_list(request, name, library_path_, {FoundBy::kLibraryPath, {}, "", ""});
  if (done(id)) return id;
  if (has_runpath) {
    id = search_list(request, name, runpath_of(asker), {FoundBy::kRunpath, asker, "", ""});
    if (done(id)) return id;
  }
  id = search_cache(request, name);
  if (done(id) || is_free_of_defaults(asker)) return id;
  return search_list(request, name, defaults_, {FoundBy::kDefault, {}, "", ""});
}

std::optional<ObjectId> GlibcWalk::search_list(Request& request, const std::string& name,
                                               const SearchPath& list, SearchStep step) {
  if (list.empty()) return std::nullopt;
  const auto hit = directories_.search(
      list, name, [&](const std::string& path) { return examine(path); }, step, request.steps);
  return accept(request, name, hit.path, hit.candidate, step.source);
}

// What the cache has for `name`, or will have once ldconfig has run.
std::optional<SearchStep> GlibcWalk::find_cached(const std::string& name) {
  SearchStep step{FoundBy::kCache, {}, "", ""};
  if (pending_cache_ != nullptr) {
    const auto* const entry = pending_cache_->find(name, in_.environment.hwcaps);
    if (entry == nullptr) return std::nullopt;
    step.path = entry->path;
    step.named_by = entry->named_by;
    return step;
  }
  auto path = cache_.find(name, in_.names.cache_flags, in_.environment.hwcaps,
                          in_.environment.legacy_hwcaps);
  if (!path) return std::nullopt;
  step.path = std::move(*path);
  return step;
}

// Something is found that ld.so would not find as the root is now.
void GlibcWalk::warn_of_pending_cache() {
  const char* const warning =
      "no /etc/ld.so.cache: what /etc/ld.so.conf names is found as it will be after ldconfig";
  auto& warnings = map_.warnings;
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
    warnings.emplace_back(warning);
}

std::optional<ObjectId> GlibcWalk::search_cache(Request& request, const std::string& name) {
  std::optional<SearchStep> step = find_cached(name);
  if (!step) return std::nullopt;
  const auto& defaults = in_.environment.default_directories;
  const bool is_in_default =
      std::any_of(defaults.begin(), defaults.end(), [&](const std::string& directory) {
        return step->path.compare(0, directory.size() + 1, directory + "/") == 0;
      });
  if (is_in_default && is_free_of_defaults(request.asker)) {
    step->outcome = "in a default directory (DF_1_NODEFLIB)";
    request.steps.push_back(std::move(*step));
    return std::nullopt;
  }
  const auto id = try_path(request, name, step->path, FoundBy::kCache);
  request.steps.back().named_by = step->named_by;
  if (id && !step->named_by.empty() && !is_in_default) warn_of_pending_cache();
  return id;
}

std::optional<ObjectId> GlibcWalk::try_path(Request& request, const std::string& name,
                                            const std::string& path, FoundBy source) {
  const Candidate candidate = examine(path);
  request.steps.push_back({source, {}, path, candidate.outcome});
  return accept(request, name, path, candidate, source);
}

// A file that was taken is an object loaded before, or a new one at the end of the list.
std::optional<ObjectId> GlibcWalk::accept(Request& request, const std::string& name,
                                          const std::string& path, const Candidate& candidate,
                                          FoundBy source) {
  if (candidate.use == CandidateUse::kPassedOver) return std::nullopt;
  if (looked_at_) {
    if (candidate.use == CandidateUse::kTaken) *looked_at_ = {path, candidate.id};
    return kRoot;  // any object ends the search
  }
  // Identity comes before the faults that only mapping shows, and the root has none to be known by.
  for (const ObjectId id : loaded_) {
    if (id == kRoot || map_.objects[id].id != candidate.id) continue;
    names_.try_emplace(name, id);
    request.object = id;
    request.found_by = FoundBy::kAlreadyLoaded;
    return id;
  }
  if (candidate.use == CandidateUse::kRefused) {
    request.fatal = path + ": " + candidate.outcome;
    return std::nullopt;
  }
  LoadedObject object = make_object(in_.files, path, candidate.id, *candidate.facts);
  object.name = request.name;
  object.loader = request.asker;
  object.found_by = source;
  const ObjectId id = add_object(std::move(object), candidate.facts, find_origin(in_.files, path));
  loaded_.push_back(id);
  names_.try_emplace(path, id);
  names_.try_emplace(name, id);
  request.object = id;
  request.found_by = source;
  return id;
}

ObjectId GlibcWalk::add_object(LoadedObject object, const ObjectFacts* facts,
                               const std::string& origin) {
  const ObjectId id = map_.objects.size();
  if (object.soname) names_.try_emplace(*object.soname, id);
  map_.objects.push_back(std::move(object));
  Mapped mapped;
  mapped.facts = facts;
  mapped.tokens = {origin, in_.environment.lib_token, in_.environment.platform_token};
  mapped_.push_back(std::move(mapped));
  return id;
}

// ld.so is in the process whether or not its file can be seen here (another machine's root).
ObjectId GlibcWalk::add_loader(ObjectId asker, const std::string& name) {
  if (loader_) return *loader_;
  const std::string& path = loader_names_.front();
  const Candidate candidate = examine(path);
  LoadedObject object;
  if (candidate.facts != nullptr) {
    object = make_object(in_.files, path, candidate.id, *candidate.facts);
  } else {
    object.path = path;
    object.real_path = path;
    object.soname = loader_names_.back();
    object.architecture = in_.root.architecture;
  }
  object.name = name;
  object.libc = elf::Libc::kGlibc;
  object.loader = asker;
  object.found_by = FoundBy::kAlreadyLoaded;
  loader_ = add_object(std::move(object), candidate.facts, find_origin(in_.files, path));
  return *loader_;
}

const SearchPath& GlibcWalk::rpath_of(ObjectId id) {
  std::optional<SearchPath>& list = mapped_[id].rpath;
  if (!list) {
    const ObjectFacts* const facts = mapped_[id].facts;
    // DT_RUNPATH, even an empty one, makes ld.so forget the object's DT_RPATH.
    const bool counts = facts != nullptr && facts->rpath && !facts->runpath;
    list = counts ? parse_path(*facts->rpath, ":", id) : SearchPath{};
  }
  return *list;
}

const SearchPath& GlibcWalk::runpath_of(ObjectId id) {
  std::optional<SearchPath>& list = mapped_[id].runpath;
  if (!list) list = parse_path(mapped_[id].facts->runpath.value_or(""), ":", id);
  return *list;
}

Auditor GlibcWalk::audit(const std::string& source, const std::string& name) {
  audits_ = true;
  add_root();
  names_.clear();  // the root is in another namespace, and ld.so has no names in this one
  read_cache();
  Auditor result{source, name, {}, {}, ""};
  Request request;
  request.name = name;
  const auto id = map_name(request, expand(name, kRoot));
  result.steps = request.steps;
  if (!id) {
    result.failure = request.fatal.empty() ? name + ": not found" : request.fatal;
    return result;
  }
  search_ = {{*id, false}};
  mapped_[*id].is_listed = true;
  map_needs();
  result.failure = find_failure(map_, 0);
  if (!result.failure.empty()) return result;
  for (const Listed& listed : search_) result.loaded.push_back(map_.objects[listed.id].path);
  return result;
}

}  // namespace

LinkMap walk_glibc(const WalkInput& input) { return GlibcWalk(input).run(); }

Auditor walk_auditor(const WalkInput& input, const std::string& source, const std::string& name) {
  return GlibcWalk(input).audit(source, name);
}

}  // namespace elfwheel::loader
