// glibc's ld.so: which object a name is, and where it is searched for.
//
// Source: glibc 2.36 elf/dl-load.c `_dl_map_object`, `_dl_map_object_from_fd`. How a list of
// directories is gone through is in search_path, what becomes of a file in candidate.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/paths.h"
#include "loader/glibc_process.h"

namespace elfwheel::loader {

std::optional<ObjectId> GlibcProcess::map_name(Request& request, const std::string& name) {
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
std::optional<std::string> GlibcProcess::find_shadowed(const Request& request,
                                                       const std::string& name, ObjectId loaded) {
  if (name.find('/') != std::string::npos) return std::nullopt;
  Request search;
  search.asker = request.asker;
  looked_at_.emplace();
  search_lists(search, name);
  const SeenFile seen = *std::exchange(looked_at_, std::nullopt);
  if (seen.path.empty() || seen.id == map_.objects[loaded].id) return std::nullopt;
  return seen.path;
}

std::optional<ObjectId> GlibcProcess::search_lists(Request& request, const std::string& name) {
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

std::optional<ObjectId> GlibcProcess::search_list(Request& request, const std::string& name,
                                                  const SearchPath& list, SearchStep step) {
  if (list.empty()) return std::nullopt;
  const auto hit = directories_.search(
      list, name, [&](const std::string& path) { return examine(path); }, step, request.steps);
  return accept(request, name, hit.path, hit.candidate, step.source);
}

// What the cache has for `name`, or will have once ldconfig has run.
std::optional<SearchStep> GlibcProcess::find_cached(const std::string& name) {
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
void GlibcProcess::warn_of_pending_cache() {
  const char* const warning =
      "no /etc/ld.so.cache: what /etc/ld.so.conf names is found as it will be after ldconfig";
  auto& warnings = map_.warnings;
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
    warnings.emplace_back(warning);
}

std::optional<ObjectId> GlibcProcess::search_cache(Request& request, const std::string& name) {
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

std::optional<ObjectId> GlibcProcess::try_path(Request& request, const std::string& name,
                                               const std::string& path, FoundBy source) {
  const Candidate candidate = examine(path);
  request.steps.push_back({source, {}, path, candidate.outcome});
  return accept(request, name, path, candidate, source);
}

// A file that was taken is an object loaded before, or a new one at the end of the list.
std::optional<ObjectId> GlibcProcess::accept(Request& request, const std::string& name,
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
  const ObjectId id =
      add_object(make_object_for(in_.files, request, request.asker, path, candidate, source),
                 candidate.facts, find_origin(in_.files, path));
  loaded_.push_back(id);
  names_.try_emplace(path, id);
  names_.try_emplace(name, id);
  request.object = id;
  request.found_by = source;
  return id;
}

ObjectId GlibcProcess::add_object(LoadedObject object, const ObjectFacts* facts,
                                  const std::string& origin) {
  const ObjectId id = map_.objects.size();
  if (object.soname) names_.try_emplace(*object.soname, id);
  map_.objects.push_back(std::move(object));
  GlibcMapped mapped;
  mapped.facts = facts;
  mapped.tokens = {origin, in_.environment.lib_token, in_.environment.platform_token};
  mapped_.push_back(std::move(mapped));
  return id;
}

// ld.so is in the process whether or not its file can be seen here (another machine's root).
ObjectId GlibcProcess::add_loader(ObjectId asker, const std::string& name) {
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

const SearchPath& GlibcProcess::rpath_of(ObjectId id) {
  std::optional<SearchPath>& list = mapped_[id].rpath;
  if (!list) {
    const ObjectFacts* const facts = mapped_[id].facts;
    // DT_RUNPATH, even an empty one, makes ld.so forget the object's DT_RPATH.
    const bool counts = facts != nullptr && facts->rpath && !facts->runpath;
    list = counts ? parse_path(*facts->rpath, ":", id) : SearchPath{};
  }
  return *list;
}

const SearchPath& GlibcProcess::runpath_of(ObjectId id) {
  std::optional<SearchPath>& list = mapped_[id].runpath;
  if (!list) list = parse_path(mapped_[id].facts->runpath.value_or(""), ":", id);
  return *list;
}

}  // namespace elfwheel::loader
