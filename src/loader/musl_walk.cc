// musl's loader: preloads, then breadth first over the objects in the order of loading.
//
// Source: musl 1.2.3 ldso/dynlink.c `load_library`, `path_open`, `fixup_rpath`, `load_preload`,
// `load_deps`. Not done: a file found by path that turns out to be a libc (musl looks for
// __libc_start_main and stdin in it) is loaded, where musl would use itself.
#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "loader/candidate.h"
#include "loader/dynamic_tokens.h"
#include "loader/preload_file.h"
#include "loader/walk.h"

namespace elfwheel::loader {

namespace {

constexpr size_t kMaxName = 255;  // NAME_MAX
constexpr std::string_view kSeparators = ":\n";
constexpr std::string_view kFallbackPath = "/lib:/usr/local/lib:/usr/lib";

// Names that are musl itself, whatever follows: libm.so.6 too.
constexpr std::string_view kReserved[] = {"libc.",  "libpthread.", "librt.",  "libm.",
                                          "libdl.", "libutil.",    "libxnet."};

struct Mapped {
  const ObjectFacts* facts = nullptr;
  std::string short_name;          // the file name, once a search has found it
  std::vector<std::string> rpath;  // elements, tokens replaced
  std::vector<ObjectId> needs;     // those found
  bool is_gone = false;            // came with an opening that has failed
};

enum class SearchEnd { kFound, kGoOn, kStop };

class MuslWalk {
 public:
  explicit MuslWalk(const WalkInput& input) : in_(input) { map_.libc = elf::Libc::kMusl; }

  LinkMap run() {
    add_root();
    read_system_path();
    for (const auto& name : split_words(in_.environment.preload.value_or(""), " \t\n\r\f\v:"))
      map_preload(name);
    // map_.objects grows while it is walked: that is what makes it breadth first. musl itself
    // has no needs.
    for (ObjectId asker = 0; asker < map_.objects.size(); ++asker) map_needs_of(asker);
    for (ObjectId id = 1; id < map_.objects.size(); ++id) map_.load_order.push_back(id);
    if (in_.script.bind) in_.script.bind(map_);
    for (const OpenCall& call : in_.script.opens) open(call);
    return std::move(map_);
  }

 private:
  void add_root();
  void read_system_path();
  void map_preload(const std::string& name);
  void map_needs_of(ObjectId asker);
  void open(const OpenCall& call);
  std::string map_opening(const OpenCall& call);
  bool is_loader(const std::string& name) const;
  std::optional<ObjectId> map_name(Request& request, std::optional<ObjectId> asker);
  std::optional<std::string> find_shadowed(const std::string& name, std::optional<ObjectId> asker,
                                           ObjectId loaded);
  std::optional<ObjectId> search(Request& request, std::optional<ObjectId> asker);
  SearchEnd search_list(Request& request, const std::vector<std::string>& list, SearchStep step,
                        std::optional<ObjectId> asker);
  std::optional<ObjectId> accept(Request& request, std::optional<ObjectId> asker,
                                 const std::string& path, const Candidate& candidate,
                                 FoundBy source);
  ObjectId add_object(LoadedObject object, const ObjectFacts* facts, std::string origin);
  ObjectId add_loader(std::optional<ObjectId> asker, const std::string& name);
  Candidate examine(const std::string& path) const {
    return examine_for_musl(in_.files, path, in_.root.kind(), in_.store);
  }

  const WalkInput& in_;
  LinkMap map_;
  std::vector<Mapped> mapped_;  // parallel to map_.objects
  std::string loader_path_;
  std::optional<ObjectId> loader_;
  std::optional<SeenFile> looked_at_;  // set: a search looks and maps nothing
  std::vector<std::string> library_path_;
  std::vector<std::string> system_path_;
};

void MuslWalk::add_root() {
  loader_path_ = in_.is_program ? in_.root.interp.value_or("")
                                : "/lib/ld-musl-" + in_.names.musl_name + ".so.1";
  std::string origin(directory_name(in_.path));
  if (in_.is_program) {
    const auto real = in_.files.real_path(in_.path);  // /proc/self/exe
    if (real) origin = directory_name(*real);
  }
  add_object(make_object(in_.files, in_.path, in_.id, in_.root), &in_.root, origin);
  library_path_ = split_words(in_.environment.library_path.value_or(""), kSeparators);
}

// PREFIX/etc/ld-musl-ARCH.path, the loader lying at PREFIX/lib/ld-musl-ARCH.so.1. An empty file is
// an empty list; a missing one is the list compiled in.
void MuslWalk::read_system_path() {
  system_path_ = split_words(kFallbackPath, kSeparators);
  if (!in_.environment.read_system_files) return;
  std::string prefix;
  if (!loader_path_.empty() && loader_path_.front() == '/') {
    prefix = directory_name(directory_name(loader_path_));
    if (prefix == "/") prefix.clear();
  }
  const OpenedFile file = in_.files.open(prefix + "/etc/ld-musl-" + in_.names.musl_name + ".path");
  if (file.error == ENOENT) return;
  system_path_.clear();
  if (file.error == 0) system_path_ = split_words(file.contents->bytes().text(), kSeparators);
}

// Nothing is said of a preload that is not found.
void MuslWalk::map_preload(const std::string& name) {
  const size_t known = map_.objects.size();
  Request request;
  request.name = name;
  const auto id = map_name(request, std::nullopt);
  if (id && *id >= known) map_.objects[*id].found_by = FoundBy::kPreload;
  if (!id) map_.warnings.push_back("LD_PRELOAD: " + name + ": not found: ignored");
  map_.preloads.push_back(std::move(request));
}

void MuslWalk::map_needs_of(ObjectId asker) {
  const ObjectFacts* const facts = mapped_[asker].facts;
  if (facts == nullptr || (loader_ && asker == *loader_)) return;
  for (const auto& [tag, name] : facts->needs) {
    if (tag != elf::DT_NEEDED) continue;
    Request request;
    request.asker = asker;
    request.name = name;
    if (const auto id = map_name(request, asker)) mapped_[asker].needs.push_back(*id);
    map_.requests.push_back(std::move(request));
  }
}

// dlopen: what it maps stays in the process only if all of it can be had and bound.
void MuslWalk::open(const OpenCall& call) {
  const size_t first_object = map_.objects.size();
  std::string failure = map_opening(call);
  if (failure.empty() && in_.script.bind) failure = in_.script.bind(map_);
  if (failure.empty()) return;
  map_.openings.back().failure = std::move(failure);
  for (ObjectId id = first_object; id < mapped_.size(); ++id)
    if (id != loader_) mapped_[id].is_gone = true;
}

// Adds the opening to the map; returns why it fails, or "".
std::string MuslWalk::map_opening(const OpenCall& call) {
  const size_t first_object = map_.objects.size();
  const size_t first_request = map_.requests.size();
  Opening& opening = add_opening(map_, call);
  const auto id = map_name(opening.request, ObjectId{0});
  if (!id) return not_opened(opening);
  for (ObjectId asker = first_object; asker < map_.objects.size(); ++asker) map_needs_of(asker);
  for (ObjectId mapped = first_object; mapped < map_.objects.size(); ++mapped)
    opening.mapped.push_back(mapped);

  std::vector<bool> listed(map_.objects.size());
  const auto list = [&](ObjectId next) {
    if (!listed[next]) opening.search_list.push_back(next);
    listed[next] = true;
  };
  list(*id);
  for (size_t i = 0; i < opening.search_list.size(); ++i)
    for (const ObjectId need : mapped_[opening.search_list[i]].needs) list(need);
  return find_failure(map_, first_request);
}

bool MuslWalk::is_loader(const std::string& name) const {
  if (name == loader_path_) return true;
  return std::any_of(std::begin(kReserved), std::end(kReserved), [&](std::string_view reserved) {
    return name.compare(0, reserved.size(), reserved) == 0;
  });
}

std::optional<ObjectId> MuslWalk::map_name(Request& request, std::optional<ObjectId> asker) {
  const std::string& name = request.name;
  if (name.empty()) return std::nullopt;
  const auto known = [&](ObjectId id) {
    request.object = id;
    request.found_by = FoundBy::kAlreadyLoaded;
    return id;
  };
  if (is_loader(name)) return known(add_loader(asker, name));
  if (name.find('/') != std::string::npos) {
    const Candidate candidate = examine(name);
    request.steps.push_back({FoundBy::kPath, {}, name, candidate.outcome});
    return accept(request, asker, name, candidate, FoundBy::kPath);
  }
  for (ObjectId id = 1; id < mapped_.size(); ++id)
    if (!mapped_[id].is_gone && !mapped_[id].short_name.empty() && mapped_[id].short_name == name) {
      if (in_.script.finds_shadowed) request.shadowed = find_shadowed(name, asker, id);
      return known(id);
    }
  if (name.size() > kMaxName) return std::nullopt;
  return search(request, asker);
}

// What a search for a name would find that `loaded` answers to, if that is another file.
std::optional<std::string> MuslWalk::find_shadowed(const std::string& name,
                                                   std::optional<ObjectId> asker, ObjectId loaded) {
  Request request;
  request.name = name;
  looked_at_.emplace();
  search(request, asker);
  const SeenFile seen = *std::exchange(looked_at_, std::nullopt);
  if (seen.path.empty() || seen.id == map_.objects[loaded].id) return std::nullopt;
  return seen.path;
}

// LD_LIBRARY_PATH, the rpaths from the asker up to the root, the system's path.
std::optional<ObjectId> MuslWalk::search(Request& request, std::optional<ObjectId> asker) {
  SearchEnd end = search_list(request, library_path_, {FoundBy::kLibraryPath, {}, "", ""}, asker);
  for (std::optional<ObjectId> owner = asker; owner && end == SearchEnd::kGoOn;
       owner = map_.objects[*owner].loader) {
    const bool is_runpath = map_.objects[*owner].runpath.has_value();
    end = search_list(request, mapped_[*owner].rpath,
                      {is_runpath ? FoundBy::kRunpath : FoundBy::kRpath, owner, "", ""}, asker);
  }
  if (end == SearchEnd::kGoOn)
    search_list(request, system_path_, {FoundBy::kDefault, {}, "", ""}, asker);
  return request.object;
}

// Any errno but these four ends the whole search.
SearchEnd MuslWalk::search_list(Request& request, const std::vector<std::string>& list,
                                SearchStep step, std::optional<ObjectId> asker) {
  for (const auto& directory : list) {
    step.path = directory + "/" + request.name;
    const Candidate candidate = examine(step.path);
    step.outcome = candidate.outcome;
    request.steps.push_back(step);
    if (candidate.use != CandidateUse::kPassedOver) {
      accept(request, asker, step.path, candidate, step.source);
      return request.object ? SearchEnd::kFound : SearchEnd::kStop;
    }
    const int error = candidate.error;
    if (error != ENOENT && error != ENOTDIR && error != EACCES && error != ENAMETOOLONG)
      return SearchEnd::kStop;
  }
  return SearchEnd::kGoOn;
}

std::optional<ObjectId> MuslWalk::accept(Request& request, std::optional<ObjectId> asker,
                                         const std::string& path, const Candidate& candidate,
                                         FoundBy source) {
  if (candidate.use == CandidateUse::kPassedOver) return std::nullopt;
  if (looked_at_) {
    if (candidate.use == CandidateUse::kTaken) *looked_at_ = {path, candidate.id};
    return request.object = 0;  // any object ends the search
  }
  const std::string short_name(source == FoundBy::kPath ? "" : base_name(path));
  for (ObjectId id = 1; id < map_.objects.size(); ++id) {
    if (mapped_[id].is_gone || id == loader_ || map_.objects[id].id != candidate.id) continue;
    if (mapped_[id].short_name.empty() && !short_name.empty())
      mapped_[id].short_name = base_name(map_.objects[id].path);
    request.object = id;
    request.found_by = FoundBy::kAlreadyLoaded;
    return id;
  }
  if (candidate.use == CandidateUse::kRefused) {
    request.fatal = path + ": " + candidate.outcome;
    return std::nullopt;
  }
  const ObjectId id =
      add_object(make_object_for(in_.files, request, asker, path, candidate, source),
                 candidate.facts, std::string(directory_name(path)));
  mapped_[id].short_name = short_name;
  request.object = id;
  request.found_by = source;
  return id;
}

ObjectId MuslWalk::add_object(LoadedObject object, const ObjectFacts* facts, std::string origin) {
  Mapped mapped;
  mapped.facts = facts;
  if (facts != nullptr) {
    const auto& text = facts->runpath ? facts->runpath : facts->rpath;
    // The directory of "/libx.so" is "", as musl has it; of "libx.so" it is ".".
    const bool has_slash = object.path.find('/') != std::string::npos;
    if (origin == "/") origin.clear();
    const auto expanded = expand_musl_tokens(text.value_or(""), has_slash ? origin : ".");
    if (expanded) mapped.rpath = split_words(*expanded, kSeparators);
  }
  mapped_.push_back(std::move(mapped));
  map_.objects.push_back(std::move(object));
  return map_.objects.size() - 1;
}

ObjectId MuslWalk::add_loader(std::optional<ObjectId> asker, const std::string& name) {
  if (loader_) return *loader_;
  LoadedObject object;
  const Candidate candidate = examine(loader_path_);
  if (candidate.facts != nullptr) {
    object = make_object(in_.files, loader_path_, candidate.id, *candidate.facts);
  } else {
    object.path = loader_path_;
    object.real_path = loader_path_;
    object.architecture = in_.root.architecture;
  }
  object.name = name;
  object.libc = elf::Libc::kMusl;
  object.loader = asker;
  object.found_by = FoundBy::kAlreadyLoaded;
  loader_ = add_object(std::move(object), candidate.facts, "");
  return *loader_;
}

}  // namespace

LinkMap walk_musl(const WalkInput& input) { return MuslWalk(input).run(); }

}  // namespace elfwheel::loader
