// The story of binding: the objects that a start or an opening has brought in are relocated in the
// loader's order, and the results listed in the order of mapping.
#include "elfwheel/loader/bindings.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include "elfwheel/base/error.h"
#include "loader/symbol_scope.h"
#include "loader/walk.h"

namespace elfwheel::loader {
namespace {

class Binder {
 public:
  Binder(const FileSystem& files, bool alternatives, std::vector<Binding>& rows)
      : files_(files), alternatives_(alternatives), rows_(rows) {}

  // As BindNext.
  std::string bind_next(const LinkMap& map) {
    if (!lookup_) {
      lookup_.emplace(map.libc);
      bind_start(map);
      return "";
    }
    return bind_opening(map, map.openings.back());
  }

 private:
  void bind_start(const LinkMap& map) {
    std::vector<ObjectId> started{0};
    started.insert(started.end(), map.load_order.begin(), map.load_order.end());
    for (const ObjectId id : started) global_.push_back(&read(map, id));
    if (alternatives_) collect_copied(*global_.front());
    bind_group(map, started, global_, true);
  }

  std::string bind_opening(const LinkMap& map, const Opening& opening) {
    for (const ObjectId id : opening.mapped) read(map, id);
    const bool is_musl = map.libc == elf::Libc::kMusl;
    const bool local_first = opening.mode == OpenMode::kDeepBind && !is_musl;
    Scope local;
    for (const ObjectId id : opening.search_list) local.push_back(&read(map, id));
    Scope scope = local_first ? local : global_;
    const Scope& rest = local_first ? global_ : local;
    scope.insert(scope.end(), rest.begin(), rest.end());
    // The opened object is relocated last, as the program is at the start.
    std::vector<ObjectId> group = opening.mapped;
    const auto opened = std::find(group.begin(), group.end(), opening.search_list.front());
    if (opened != group.end()) std::rotate(group.begin(), opened, opened + 1);
    const std::string failure = bind_group(map, group, scope, !local_first);
    if (!failure.empty()) {
      for (const ObjectId id : opening.mapped) lookup_->forget(*objects_[id]);
    } else if (opening.mode == OpenMode::kGlobal) {
      for (const ScopeObject* object : local)
        if (std::find(global_.begin(), global_.end(), object) == global_.end())
          global_.push_back(object);
    }
    return failure;
  }

  // Objects stay when their opening fails: names that were looked up may be theirs.
  const ScopeObject& read(const LinkMap& map, ObjectId id) {
    if (objects_.size() <= id) objects_.resize(id + 1);
    if (!objects_[id])
      objects_[id] = with_where(map.objects[id].path,
                                [&] { return std::make_unique<ScopeObject>(files_, map, id); });
    return *objects_[id];
  }

  // Of these the program has copies, which are no definitions of its own.
  void collect_copied(const ScopeObject& program) {
    for (const elf::Relocation& relocation : elf::read_symbol_relocations(program.file()))
      if (class_of(program, relocation) == RelocationClass::kCopy)
        copied_.insert(program.symbols().at(relocation.symbol).name);
  }

  static RelocationClass class_of(const ScopeObject& object, const elf::Relocation& relocation) {
    return relocation_class(object.file().header().e_machine, relocation.type);
  }

  // Binds what the objects of `group` refer to; returns the first that dlopen would fail for.
  std::string bind_group(const LinkMap& map, const std::vector<ObjectId>& group, const Scope& scope,
                         bool symbolic_counts) {
    std::vector<std::vector<Binding>> rows(group.size());
    std::string failure;
    for (const size_t place : relocation_order(map, group)) {
      const ScopeObject& object = *objects_[group[place]];
      Reference start{&object, &scope, {}, {}, RelocationClass::kNone, false};
      start.own_first = symbolic_counts && object.is_symbolic() && map.libc != elf::Libc::kMusl;
      with_where(object.path(), [&] { rows[place] = bind_object(start, map.libc); });
      for (const Binding& row : rows[place])
        if (failure.empty() && !row.to && !row.weak)
          failure = "undefined symbol: " + row.symbol +
                    (row.version ? ", version " + *row.version : "") + ", needed by " +
                    object.path();
    }
    for (std::vector<Binding>& each : rows)
      rows_.insert(rows_.end(), std::make_move_iterator(each.begin()),
                   std::make_move_iterator(each.end()));
    return failure;
  }

  // Places in `group`. glibc sorts topologically: postorder over DT_NEEDED, begun at the last
  // object of the list and never through the first, which comes last. musl's order makes no
  // difference.
  static std::vector<size_t> relocation_order(const LinkMap& map,
                                              const std::vector<ObjectId>& group) {
    std::vector<std::vector<size_t>> needs(group.size());
    std::vector<size_t> place_of(map.objects.size(), group.size());
    for (size_t i = 0; i < group.size(); ++i) place_of[group[i]] = i;
    for (const Request& request : map.requests)
      if (request.object && place_of[request.asker] < group.size() &&
          place_of[*request.object] < group.size())
        needs[place_of[request.asker]].push_back(place_of[*request.object]);
    std::vector<size_t> order;
    std::vector<bool> seen(group.size());
    for (size_t i = group.size(); i-- > 1;) add_postorder(i, needs, seen, order);
    if (!group.empty()) order.push_back(0);
    return order;
  }

  // Without recursion: a chain of libraries may be as long as somebody likes.
  static void add_postorder(size_t start, const std::vector<std::vector<size_t>>& needs,
                            std::vector<bool>& seen, std::vector<size_t>& order) {
    std::vector<std::pair<size_t, size_t>> path;  // object, how many of its needs are done
    const auto enter = [&](size_t object) {
      if (object == 0 || seen[object]) return;
      seen[object] = true;
      path.emplace_back(object, 0);
    };
    enter(start);
    while (!path.empty()) {
      auto& [object, done] = path.back();
      if (done < needs[object].size()) {
        enter(needs[object][done++]);
      } else {
        order.push_back(object);
        path.pop_back();
      }
    }
  }

  std::vector<Binding> bind_object(const Reference& start, elf::Libc libc) {
    const ScopeObject& object = *start.from;
    std::vector<Binding> rows;
    std::unordered_set<uint64_t> done;  // symbol and class
    // By name and not by index: one name may have two symbols in a table.
    std::set<std::tuple<std::string_view, std::string_view, const ScopeObject*>> known;
    for (const elf::Relocation& relocation : elf::read_symbol_relocations(object.file())) {
      const RelocationClass relocation_kind = class_of(object, relocation);
      if (relocation_kind == RelocationClass::kNone ||
          !done.insert(uint64_t{relocation.symbol} * 8 + static_cast<uint64_t>(relocation_kind))
               .second)
        continue;
      Reference reference = start;
      reference.relocation = relocation_kind;
      reference.symbol = object.symbols().at(relocation.symbol);
      if (is_bound_at_home(reference.symbol, libc)) continue;
      reference.version = object.version_of(reference.symbol);
      const ScopeObject* const found = lookup_->find(reference);
      const elf::DynamicSymbol& symbol = reference.symbol;
      if (!known.emplace(symbol.name, reference.version, found).second) continue;
      Binding row{object.id(),  std::string(symbol.name),     std::nullopt,
                  std::nullopt, may_be_missing(symbol, libc), {}};
      if (!reference.version.empty()) row.version = std::string(reference.version);
      if (found != nullptr) row.to = found->id();
      if (alternatives_ && found != nullptr) row.definers = definers_of(reference, *found);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  // musl wants a weak symbol that the object itself defines found as well.
  static bool may_be_missing(const elf::DynamicSymbol& symbol, elf::Libc libc) {
    return symbol.binding == elf::STB_WEAK && !(libc == elf::Libc::kMusl && symbol.is_defined());
  }

  // What stays at home (symbolic, protected) has no other.
  std::vector<Definer> definers_of(const Reference& reference, const ScopeObject& found) const {
    const bool at_home = &found == reference.from &&
                         (reference.own_first || reference.symbol.visibility == elf::STV_PROTECTED);
    std::vector<Definer> definers;
    for (const Definition& each : lookup_->find_all(reference)) {
      const bool copy = each.object->id() == 0 && copied_.contains(reference.symbol.name);
      if (!copy && each.symbol.is_defined() && (!at_home || each.object == &found))
        definers.push_back({each.object->id(), each.symbol.binding == elf::STB_WEAK,
                            each.symbol.binding == elf::STB_GNU_UNIQUE});
    }
    return definers;
  }

  // Nothing is looked up for what is local and, by glibc, for what is hidden.
  static bool is_bound_at_home(const elf::DynamicSymbol& symbol, elf::Libc libc) {
    if (symbol.binding == elf::STB_LOCAL) return true;
    return libc != elf::Libc::kMusl &&
           (symbol.visibility == elf::STV_HIDDEN || symbol.visibility == elf::STV_INTERNAL);
  }

  const FileSystem& files_;
  const bool alternatives_;
  std::vector<Binding>& rows_;
  std::vector<std::unique_ptr<const ScopeObject>> objects_;  // by ObjectId
  Scope global_;
  std::unordered_set<std::string_view> copied_;
  std::optional<SymbolLookup> lookup_;
};

}  // namespace

BoundProcess bind_process(const FileSystem& files, const std::string& path,
                          const LoaderEnvironment& environment, const BindOptions& options,
                          const ObjectCache& cache) {
  BoundProcess process;
  Binder binder(files, options.alternatives, process.bindings);
  Script script;
  script.opens = options.opens;
  script.bind = [&](const LinkMap& map) { return binder.bind_next(map); };
  script.finds_shadowed = options.alternatives;
  process.map = run_process(files, path, environment, cache.store(), script);
  return process;
}

}  // namespace elfwheel::loader
