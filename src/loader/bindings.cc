// The story of binding: read all objects, relocate them in the loader's order, list the results in
// the order of loading.
#include "elfwheel/loader/bindings.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "elfwheel/base/error.h"
#include "loader/symbol_scope.h"

namespace elfwheel::loader {
namespace {

class Binder {
 public:
  Binder(const FileSystem& files, const LinkMap& map)
      : map_(map), objects_(read_objects(files, map)), scope_(objects_) {}

  std::vector<Binding> bind() {
    std::vector<std::vector<Binding>> rows(objects_.size());
    for (const size_t place : relocation_order()) rows[place] = bind_object(place);
    std::vector<Binding> result;
    for (std::vector<Binding>& each : rows)
      result.insert(result.end(), std::make_move_iterator(each.begin()),
                    std::make_move_iterator(each.end()));
    return result;
  }

 private:
  static std::vector<ScopeObject> read_objects(const FileSystem& files, const LinkMap& map) {
    std::vector<ScopeObject> objects;
    objects.push_back(read_scope_object(files, map, 0));
    for (const ObjectId id : map.load_order) objects.push_back(read_scope_object(files, map, id));
    return objects;
  }

  // glibc sorts topologically: postorder over DT_NEEDED, begun at the last object of the list and
  // never through the root, which comes last.
  std::vector<size_t> relocation_order() const {
    std::vector<std::vector<size_t>> needs(objects_.size());
    std::vector<size_t> place_of(map_.objects.size(), objects_.size());
    for (size_t i = 0; i < objects_.size(); ++i) place_of[objects_[i].id] = i;
    for (const Request& request : map_.requests)
      if (request.object && place_of[request.asker] < objects_.size() &&
          place_of[*request.object] < objects_.size())
        needs[place_of[request.asker]].push_back(place_of[*request.object]);
    std::vector<size_t> order;
    std::vector<bool> seen(objects_.size());
    for (size_t i = objects_.size(); i-- > 1;) add_postorder(i, needs, seen, order);
    order.push_back(0);
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

  std::vector<Binding> bind_object(size_t place) {
    const ScopeObject& object = objects_[place];
    std::vector<Binding> rows;
    // By name and not by index: one name may have two symbols in a table.
    std::set<std::tuple<std::string_view, std::string_view, std::optional<size_t>>> known;
    for (const elf::Relocation& relocation : object.relocations) {
      const Reference reference = reference_of(place, relocation);
      if (reference.relocation == RelocationClass::kNone) continue;
      const std::optional<size_t> found = scope_.find(reference);
      const elf::DynamicSymbol& symbol = *reference.symbol;
      if (!known.emplace(symbol.name, reference.version, found).second) continue;
      Binding row{object.id, std::string(symbol.name), std::nullopt, std::nullopt,
                  symbol.binding == elf::STB_WEAK};
      if (!reference.version.empty()) row.version = std::string(reference.version);
      if (found) row.to = objects_[*found].id;
      rows.push_back(std::move(row));
    }
    return rows;
  }

  // kNone where nothing is looked up: what is local or hidden is the object's own.
  Reference reference_of(size_t place, const elf::Relocation& relocation) const {
    const ScopeObject& object = objects_[place];
    Reference reference{place, nullptr, {}, RelocationClass::kNone};
    if (relocation.symbol >= object.symbols.size()) return reference;
    const elf::DynamicSymbol& symbol = object.symbols[relocation.symbol];
    if (symbol.binding == elf::STB_LOCAL || symbol.visibility == elf::STV_HIDDEN ||
        symbol.visibility == elf::STV_INTERNAL)
      return reference;
    reference.symbol = &symbol;
    reference.version = object.version_of(symbol);
    reference.relocation = relocation_class(object.file->header().e_machine, relocation.type);
    return reference;
  }

  const LinkMap& map_;
  const std::vector<ScopeObject> objects_;
  SymbolScope scope_;
};

}  // namespace

std::vector<Binding> bindings(const FileSystem& files, const LinkMap& map) {
  if (map.libc == elf::Libc::kMusl)
    throw Error(ErrorCode::kUnsupported, "bindings are known for glibc's loader, not for musl's");
  return Binder(files, map).bind();
}

}  // namespace elfwheel::loader
