#include "elfwheel/loader/conflicts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/loader/library_names.h"

namespace elfwheel::loader {
namespace {

// Parts of glibc define some symbols twice, and mean the same.
constexpr std::string_view kLibcParts[] = {"libc.so.6",
                                           "libm.so.6",
                                           "libpthread.so.0",
                                           "libdl.so.2",
                                           "librt.so.1",
                                           "libresolv.so.2",
                                           "libutil.so.1",
                                           "libanl.so.1",
                                           "libmvec.so.1",
                                           "libnsl.so.1",
                                           "libBrokenLocale.so.1",
                                           "libcrypt.so.1",
                                           "libthread_db.so.1",
                                           "libc_malloc_debug.so.0"};

// Enough to know a BLAS or LAPACK by: Fortran's names, and CBLAS's.
constexpr std::string_view kBlasSymbols[] = {"dgemm_",  "sgemm_", "ddot_",   "daxpy_",     "dscal_",
                                             "dgesv_",  "dsyev_", "dsyevd_", "dpotrf_",    "zgemm_",
                                             "dgetrf_", "dgeev_", "dgesdd_", "cblas_dgemm"};

bool is_part_of_libc(const LoadedObject& object) {
  const std::string_view name =
      object.soname ? std::string_view(*object.soname) : base_name(object.path);
  return object.libc == elf::Libc::kMusl
             ? name.starts_with("libc.") || name.starts_with("ld-musl-")
             : name.starts_with("ld-linux") || name.starts_with("ld64.so") ||
                   std::find(std::begin(kLibcParts), std::end(kLibcParts), name) !=
                       std::end(kLibcParts);
}

bool is_blas(const std::vector<std::string>& symbols) {
  return std::any_of(std::begin(kBlasSymbols), std::end(kBlasSymbols), [&](std::string_view blas) {
    return std::binary_search(symbols.begin(), symbols.end(), blas);
  });
}

// Functions of namespace std and the operators new and delete: C++ has one meaning for each,
// whoever defines it (parts of libstdc++ are linked into files that are to run with an older one).
bool are_of_cxx(const std::vector<std::string>& symbols) {
  return std::all_of(symbols.begin(), symbols.end(), [](std::string_view symbol) {
    return symbol.starts_with("_ZSt") || symbol.starts_with("_ZNSt") ||
           symbol.starts_with("_ZNKSt") || symbol.starts_with("_Zn") || symbol.starts_with("_Zd");
  });
}

class Finder {
 public:
  Finder(const FileSystem& files, const BoundProcess& process)
      : files_(files), process_(process), map_(process.map) {
    present_.push_back(0);
    present_.insert(present_.end(), map_.load_order.begin(), map_.load_order.end());
    for (const Opening& opening : map_.openings)
      if (opening.failure.empty())
        present_.insert(present_.end(), opening.mapped.begin(), opening.mapped.end());
    places_.assign(map_.objects.size(), kNowhere);
    for (size_t i = 0; i < present_.size(); ++i) places_[present_[i]] = i;
    for (const Request& request : map_.requests)
      if (request.object) needs_.emplace(request.asker, *request.object);
  }

  Conflicts find() {
    find_same_names();
    find_runtimes();
    find_symbols();
    find_versions();
    find_apart();
    std::stable_sort(result_.conflicts.begin(), result_.conflicts.end(),
                     [](const Conflict& a, const Conflict& b) {
                       return std::tuple(a.danger, a.kind, b.symbols.size()) <
                              std::tuple(b.danger, b.kind, a.symbols.size());
                     });
    return std::move(result_);
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;
  using Objects = std::vector<ObjectId>;

  bool is_present(ObjectId id) const { return places_[id] != kNowhere; }
  void sort_by_place(Objects& objects) const {
    std::sort(objects.begin(), objects.end(),
              [&](ObjectId a, ObjectId b) { return places_[a] < places_[b]; });
    objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  }
  std::string_view name_of(ObjectId id) const {
    const LoadedObject& object = map_.objects[id];
    return object.soname ? std::string_view(*object.soname) : base_name(object.path);
  }

  void add(ConflictKind kind, Danger danger, std::string_view name, Objects objects) {
    Conflict& conflict = result_.conflicts.emplace_back();
    conflict.kind = kind;
    conflict.danger = danger;
    conflict.name = name;
    conflict.objects = std::move(objects);
  }

  bool has_content_of(ObjectId id, const std::string& path) const {
    const OpenedFile one = files_.open(map_.objects[id].path);
    const OpenedFile other = files_.open(path);
    if (one.error != 0) throw io_error(map_.objects[id].path + ": cannot read", one.error);
    if (other.error != 0) throw io_error(path + ": cannot read", other.error);
    return one.contents->bytes().text() == other.contents->bytes().text();
  }

  void find_same_names() {
    std::map<std::pair<ObjectId, std::string>, Conflict> found;
    const auto collect = [&](const Request& request) {
      if (!request.shadowed || !request.object || !is_present(*request.object)) return;
      if (!is_present(request.asker)) return;
      const std::string file = files_.real_path(*request.shadowed).value_or(*request.shadowed);
      Conflict& conflict = found[{*request.object, file}];
      conflict.kind = ConflictKind::kSameName;
      conflict.danger = Danger::kHigh;
      conflict.name = request.name;
      conflict.objects = {*request.object};
      conflict.files = {file};
      conflict.takings.push_back({request.asker, *request.object, 0, std::nullopt});
    };
    for (const Request& request : map_.requests) collect(request);
    for (const Opening& opening : map_.openings) collect(opening.request);
    for (auto& [key, conflict] : found)
      if (!has_content_of(key.first, key.second)) result_.conflicts.push_back(std::move(conflict));
  }

  void find_runtimes() {
    std::map<std::string_view, Objects> runtimes;
    for (const ObjectId id : present_) {
      const Runtime runtime = find_runtime(base_name(map_.objects[id].real_path));
      if (!runtime.library.empty()) runtimes[runtime.kind].push_back(id);
    }
    for (auto& [kind, objects] : runtimes) {
      if (objects.size() < 2) continue;
      told_.insert(objects.begin(), objects.end());
      add(ConflictKind::kRuntime, Danger::kMedium, kind, objects);
    }
  }

  // Definitions that make a difference: strong, and not put in the way on purpose.
  Objects rivals_of(const Binding& row) const {
    Objects rivals;
    for (const Definer& definer : row.definers) {
      const LoadedObject& object = map_.objects[definer.object];
      if (!definer.weak && !definer.unique && object.found_by != FoundBy::kPreload)
        rivals.push_back(definer.object);
    }
    const bool all_libc = std::all_of(rivals.begin(), rivals.end(), [&](ObjectId id) {
      return is_part_of_libc(map_.objects[id]);
    });
    if (rivals.size() < 2 || all_libc) rivals.clear();
    sort_by_place(rivals);
    return rivals;
  }

  // Whom `row.from` would rather be served by: itself, or a library that it names where it does
  // not name the one that serves it.
  std::optional<ObjectId> instead_of(const Binding& row, const Objects& rivals) const {
    if (row.from == *row.to) return std::nullopt;
    if (std::find(rivals.begin(), rivals.end(), row.from) != rivals.end()) return row.from;
    if (needs_.contains({row.from, *row.to})) return std::nullopt;
    for (const ObjectId rival : rivals)
      if (needs_.contains({row.from, rival})) return rival;
    return std::nullopt;
  }

  void find_symbols() {
    struct Group {
      std::set<std::string> symbols;
      std::map<std::tuple<ObjectId, ObjectId, std::optional<ObjectId>>, std::set<std::string>>
          takings;
    };
    std::map<Objects, Group> groups;
    for (const Binding& row : process_.bindings) {
      if (row.definers.size() < 2 || !row.to || !is_present(row.from)) continue;
      const Objects rivals = rivals_of(row);
      // Whoever is bound to a preload, or stays at home, is not concerned.
      if (std::find(rivals.begin(), rivals.end(), *row.to) == rivals.end()) continue;
      for (const ObjectId rival : rivals) contested_.emplace(row.symbol, rival);
      Group& group = groups[rivals];
      group.symbols.insert(row.symbol);
      group.takings[{row.from, *row.to, instead_of(row, rivals)}].insert(row.symbol);
    }
    for (const auto& [rivals, group] : groups) {
      Conflict conflict;
      conflict.objects = rivals;
      conflict.symbols.assign(group.symbols.begin(), group.symbols.end());
      conflict.is_blas = is_blas(conflict.symbols);
      for (const auto& [who, symbols] : group.takings) {
        const auto& [from, to, instead] = who;
        if (from != to) conflict.takings.push_back({from, to, symbols.size(), instead});
      }
      std::stable_sort(conflict.takings.begin(), conflict.takings.end(),
                       [&](const Taking& a, const Taking& b) {
                         return std::pair(!a.instead_of, places_[a.from]) <
                                std::pair(!b.instead_of, places_[b.from]);
                       });
      if (conflict.takings.empty()) continue;  // each is served by itself
      conflict.danger = danger_of(conflict);
      result_.conflicts.push_back(std::move(conflict));
    }
  }

  Danger danger_of(const Conflict& conflict) const {
    const bool replaces_libc =
        std::any_of(conflict.objects.begin(), conflict.objects.end(),
                    [&](ObjectId id) { return is_part_of_libc(map_.objects[id]); });
    // The program comes first in every process: nothing depends on an order.
    const bool replaces = map_.objects[0].interp && conflict.objects.front() == 0;
    if (replaces_libc || replaces || are_of_cxx(conflict.symbols)) return Danger::kLow;
    if (conflict.takings.front().instead_of) return Danger::kHigh;
    const bool undecided =
        std::any_of(conflict.takings.begin(), conflict.takings.end(), [&](const Taking& taking) {
          return std::any_of(conflict.objects.begin(), conflict.objects.end(), [&](ObjectId rival) {
            return rival != taking.to && needs_.contains({taking.from, rival});
          });
        });
    return undecided ? Danger::kMedium : Danger::kLow;
  }

  void find_versions() {
    std::map<std::string_view, Objects> libraries;
    for (const ObjectId id : present_)
      if (map_.objects[id].soname && id != 0 && !told_.contains(id))
        libraries[library_stem(name_of(id))].push_back(id);
    for (auto& [stem, objects] : libraries) {
      if (objects.size() < 2) continue;
      const bool mixed = std::any_of(
          result_.conflicts.begin(), result_.conflicts.end(), [&](const Conflict& other) {
            return other.kind == ConflictKind::kSymbols &&
                   std::count_if(other.objects.begin(), other.objects.end(), [&](ObjectId id) {
                     return std::find(objects.begin(), objects.end(), id) != objects.end();
                   }) > 1;
          });
      // One SONAME twice: the same library with its state twice, not an old and a new one.
      std::set<std::string_view> sonames;
      for (const ObjectId id : objects) sonames.insert(name_of(id));
      const bool twice = sonames.size() < objects.size();
      add(ConflictKind::kVersions, mixed || twice ? Danger::kMedium : Danger::kLow, stem, objects);
    }
  }

  // Names that mean one object here and another there, and no reference could have had both.
  void find_apart() {
    std::map<std::string, std::set<ObjectId>> targets;
    for (const Binding& row : process_.bindings) {
      const auto winner =
          std::find_if(row.definers.begin(), row.definers.end(),
                       [&](const Definer& definer) { return definer.object == row.to; });
      const bool counts = winner != row.definers.end() && !winner->weak && !winner->unique;
      if (counts && is_present(row.from)) targets[row.symbol].insert(*row.to);
    }
    std::map<Objects, std::vector<std::string>> groups;
    for (const auto& [symbol, ids] : targets) {
      Objects objects;
      for (const ObjectId id : ids)
        if (!contested_.contains({symbol, id}) && !is_part_of_libc(map_.objects[id]))
          objects.push_back(id);
      if (objects.size() < 2) continue;
      sort_by_place(objects);
      groups[objects].push_back(symbol);
    }
    const size_t started = map_.load_order.size() + 1;
    for (auto& [objects, symbols] : groups)
      result_.apart.push_back({objects, std::move(symbols), places_[objects.back()] >= started});
  }

  const FileSystem& files_;
  const BoundProcess& process_;
  const LinkMap& map_;
  Objects present_;             // in the order of mapping
  std::vector<size_t> places_;  // in present_, by ObjectId
  std::set<std::pair<ObjectId, ObjectId>> needs_;
  std::set<std::pair<std::string, ObjectId>> contested_;
  std::set<ObjectId> told_;  // copies of a runtime
  Conflicts result_;
};

}  // namespace

std::string_view conflict_kind_name(ConflictKind kind) {
  switch (kind) {
    case ConflictKind::kSameName:
      return "same-name";
    case ConflictKind::kRuntime:
      return "runtime";
    case ConflictKind::kSymbols:
      return "symbols";
    case ConflictKind::kVersions:
      break;
  }
  return "versions";
}

std::string_view danger_name(Danger danger) {
  switch (danger) {
    case Danger::kHigh:
      return "high";
    case Danger::kMedium:
      return "medium";
    case Danger::kLow:
      break;
  }
  return "low";
}

Conflicts find_conflicts(const FileSystem& files, const BoundProcess& process) {
  return Finder(files, process).find();
}

}  // namespace elfwheel::loader
