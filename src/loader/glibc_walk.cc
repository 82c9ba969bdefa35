// glibc's ld.so: preloads, then breadth first over the search list, then what is opened later.
//
// Source: glibc 2.36 elf/rtld.c `dl_main`, elf/dl-deps.c `_dl_map_object_deps`, elf/dl-open.c.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/paths.h"
#include "loader/glibc_process.h"
#include "loader/preload_file.h"

namespace elfwheel::loader {

void GlibcProcess::add_root() {
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
void GlibcProcess::name_loader() {
  const std::string path = in_.is_program ? in_.root.interp.value_or("") : in_.names.glibc_loader;
  if (path.empty()) return;
  loader_names_ = {path, std::string(base_name(in_.names.glibc_loader))};
  if (loader_names_.back().empty()) loader_names_.pop_back();
}

void GlibcProcess::read_cache() {
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

void GlibcProcess::map_preloads() {
  for (const auto& name : split_words(in_.environment.preload.value_or(""), " :"))
    map_preload(name, "LD_PRELOAD");
  if (!in_.environment.read_system_files) return;
  const OpenedFile file = in_.files.open("/etc/ld.so.preload");
  if (file.error != 0) return;
  for (const auto& name : parse_preload_file(std::string(file.contents->bytes().text())))
    map_preload(name, "/etc/ld.so.preload");
}

// A preload that cannot be had is passed over, whatever is wrong with it.
void GlibcProcess::map_preload(const std::string& name, const std::string& origin) {
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
bool GlibcProcess::map_needs() {
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
bool GlibcProcess::map_needs_of(size_t& place) {
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
void GlibcProcess::list_need(const FoundNeed& need, size_t& asker_place) {
  if (need.tag != elf::DT_NEEDED) {
    place_filtee(need.id, asker_place);
  } else if (!mapped_[need.id].is_listed) {
    mapped_[need.id].is_listed = true;
    search_.push_back({need.id, false});
  }
}

// dlopen: what it maps stays in the process only if all of it can be had and bound.
void GlibcProcess::open(const OpenCall& call) {
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
std::string GlibcProcess::map_opening(const OpenCall& call) {
  const size_t first_object = map_.objects.size();
  const size_t first_request = map_.requests.size();
  Opening& opening = add_opening(map_, call);
  const auto id = map_name(opening.request, expand(call.name, kRoot));
  if (!id) return not_opened(opening);
  for (GlibcMapped& mapped : mapped_) mapped.is_listed = false;
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
std::vector<MissingVersion> GlibcProcess::find_missing_versions(ObjectId first) const {
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
void GlibcProcess::place_filtee(ObjectId filtee, size_t& filter_place) {
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
void GlibcProcess::name_again() {
  std::vector<std::vector<std::string>> names(map_.objects.size());
  for (const auto& [name, id] : names_) names[id].push_back(name);
  names_.clear();
  for (const ObjectId id : loaded_) {
    for (const auto& name : names[id]) names_.try_emplace(name, id);
    if (map_.objects[id].soname) names_.try_emplace(*map_.objects[id].soname, id);
  }
}

// ld.so prints its list of objects, itself where the search list first has it.
void GlibcProcess::order_loads() {
  map_.load_order.assign(loaded_.begin() + 1, loaded_.end());
  if (!loader_ || !mapped_[*loader_].is_listed) return;
  const auto listed = std::find_if(search_.begin(), search_.end(),
                                   [&](const Listed& place) { return place.id == *loader_; });
  const ObjectId before = (listed - 1)->id;
  const auto at = std::find(map_.load_order.begin(), map_.load_order.end(), before);
  const bool is_first = before == kRoot || at == map_.load_order.end();
  map_.load_order.insert(is_first ? map_.load_order.begin() : at + 1, *loader_);
}

Auditor GlibcProcess::audit(const std::string& source, const std::string& name) {
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

LinkMap walk_glibc(const WalkInput& input) { return GlibcProcess(input).run(); }

Auditor walk_auditor(const WalkInput& input, const std::string& source, const std::string& name) {
  return GlibcProcess(input).audit(source, name);
}

}  // namespace elfwheel::loader
