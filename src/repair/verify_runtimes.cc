// Runtimes of which a process should have one: who brings which copy.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/paths.h"
#include "elfwheel/loader/library_names.h"
#include "repair/verify_checks.h"

namespace elfwheel::repair {
namespace {

using loader::LinkMap;
using loader::LoadedObject;
using loader::ObjectId;

struct Copy {
  std::string told;
  std::string library;             // "libgomp"
  std::optional<size_t> file;      // checked
  std::vector<std::string> users;  // that need it
};

// All copies of one kind, by the name that the loader knows each by: of two files of one name a
// process has the first only.
struct Copies {
  std::vector<Copy> list;
  std::map<std::string, size_t, std::less<>> by_name;
  std::string together;  // a file whose own process loads two of them
  bool is_fatal = false;
};

// Intel's OpenMP and LLVM's are one program. A second copy ends the process when both are used
// (openmp/runtime/src/kmp_runtime.cpp, __kmp_register_library_startup).
bool is_llvm_openmp(const std::string& library) {
  return library == "libomp" || library == "libiomp5";
}

// Copies that keep to themselves: threads of their own, units of input and output.
bool is_harmless(std::string_view kind) {
  return kind == "OpenBLAS" || kind == "the Fortran runtime";
}

class RuntimeCheck {
 public:
  RuntimeCheck(const CheckedFiles& checked, const Scene& scene, const SceneProcesses& processes)
      : checked_(checked), scene_(scene), processes_(processes) {}

  std::vector<Finding> run(const std::vector<Neighbour>& neighbours) {
    for (const size_t root : processes_.roots)
      if (!checked_.files[root].is_program) collect(root);
    for (const Neighbour& neighbour : neighbours) {
      const loader::Runtime runtime = loader::find_runtime(neighbour.file_name);
      const auto copies = copies_.find(runtime.kind);
      if (runtime.library.empty() || copies == copies_.end()) continue;
      if (copies->second.by_name.emplace(neighbour.file_name, copies->second.list.size()).second)
        copies->second.list.push_back({neighbour.told, std::string(runtime.library), {}, {}});
    }
    std::vector<Finding> findings;
    for (const auto& [kind, copies] : copies_)
      if (copies.list.size() > 1) append(kind, copies, findings);
    return findings;
  }

 private:
  std::string name_of(size_t root, const LinkMap& map, ObjectId id) const {
    return id == 0 ? checked_.files[root].name
                   : told_name(checked_, scene_, processes_, map.objects[id]);
  }

  void collect(size_t root) {
    const LinkMap& map = processes_.maps[root];
    std::map<std::string_view, std::vector<size_t>> loaded;  // copies of each kind
    for (ObjectId id = 0; id < map.objects.size(); ++id) {
      const LoadedObject& object = map.objects[id];
      const std::string file_name(base_name(object.real_path));
      const loader::Runtime runtime = loader::find_runtime(file_name);
      if (runtime.library.empty()) continue;
      Copies& copies = copies_[runtime.kind];
      const auto [place, is_new] =
          copies.by_name.emplace(object.soname.value_or(file_name), copies.list.size());
      if (is_new)
        copies.list.push_back({name_of(root, map, id),
                               std::string(runtime.library),
                               id == 0 ? root : processes_.find_file(object),
                               {}});
      loaded[runtime.kind].push_back(place->second);
      add_users(root, map, id, copies.list[place->second]);
    }
    for (const auto& [kind, indices] : loaded)
      if (indices.size() > 1) note_together(root, copies_[kind], indices);
  }

  void add_users(size_t root, const LinkMap& map, ObjectId id, Copy& copy) const {
    for (const loader::Request& request : map.requests) {
      if (request.object != id || request.asker == id) continue;
      std::string user(base_name(name_of(root, map, request.asker)));
      if (std::find(copy.users.begin(), copy.users.end(), user) == copy.users.end())
        copy.users.push_back(std::move(user));
    }
  }

  void note_together(size_t root, Copies& copies, const std::vector<size_t>& loaded) const {
    const bool fatal = std::count_if(loaded.begin(), loaded.end(), [&](size_t copy) {
                         return is_llvm_openmp(copies.list[copy].library);
                       }) > 1;
    if (copies.together.empty() || (fatal && !copies.is_fatal))
      copies.together = checked_.files[root].name;
    copies.is_fatal = copies.is_fatal || fatal;
  }

  void append(std::string_view kind, const Copies& copies, std::vector<Finding>& findings) const {
    // One that none of the checked files is, is not theirs to tell.
    const auto own = std::find_if(copies.list.begin(), copies.list.end(),
                                  [](const Copy& copy) { return copy.file.has_value(); });
    if (own == copies.list.end()) return;
    std::vector<std::string> told;
    for (const Copy& copy : copies.list)
      told.push_back(copy.users.empty() ? copy.told
                                        : copy.told + " (for " + short_list(copy.users, 2) + ")");
    const std::string together = copies.together.empty()
                                     ? "which a process that imports all of it has side by side"
                                     : "which " + copies.together + " loads together";
    Severity severity = is_harmless(kind) ? Severity::kRemark : Severity::kWarning;
    if (copies.is_fatal) severity = Severity::kError;
    findings.push_back(
        {severity, Check::kRuntime, checked_.files[*own->file].name,
         fmt::format("one of {} copies of {}, each with a state of its own, {}{}: {}",
                     copies.list.size(), kind, together,
                     copies.is_fatal ? ", and the second ends the process (OMP: Error #15)" : "",
                     fmt::join(told, "; ")),
         "let one package bring it, and --exclude it when the others are repaired"});
  }

  const CheckedFiles& checked_;
  const Scene& scene_;
  const SceneProcesses& processes_;
  std::map<std::string_view, Copies> copies_;
};

}  // namespace

std::vector<Finding> check_runtimes(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes,
                                    const std::vector<Neighbour>& neighbours) {
  return RuntimeCheck(checked, scene, processes).run(neighbours);
}

}  // namespace elfwheel::repair
