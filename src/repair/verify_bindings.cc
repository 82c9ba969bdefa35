// Files that take each other's place in one process: one name for two libraries, one symbol with
// several definitions.
//
// Python opens each extension with RTLD_LOCAL, so the scopes of two extensions never meet: each
// one's process, bound alone, shows what it binds to. What does meet is names: a library that was
// loaded for one extension answers to its name for all later ones.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "elfwheel/elf/symbols.h"
#include "elfwheel/loader/bindings.h"
#include "elfwheel/loader/conflicts.h"
#include "elfwheel/loader/library_names.h"
#include "repair/verify_checks.h"
#include "wheel/parallel.h"

namespace elfwheel::repair {
namespace {

using loader::BoundProcess;
using loader::Conflict;
using loader::Danger;
using loader::LinkMap;
using loader::ObjectId;

constexpr size_t kNamedSymbols = 3;

// What C++ has one meaning for, whoever defines it: classes, templates, inline functions, and what
// compilers call by themselves.
bool is_of_language(const std::string& symbol) {
  constexpr std::string_view kStarts[] = {"_Z", "__cxa_", "__gxx_", "_ITM_", "_Unwind_"};
  return std::any_of(std::begin(kStarts), std::end(kStarts),
                     [&](std::string_view start) { return symbol.starts_with(start); });
}

// A name that was asked for, and the file that it means to who asks.
struct Meaning {
  std::string name;
  std::string path;   // real
  std::string told;   // what messages call it
  std::string asker;  // likewise
};

// Symbols that libraries of one process contend for.
struct Contest {
  std::vector<std::string> rivals;  // real paths
  Danger danger = Danger::kLow;
  std::string file;
  std::string message;
};

struct ProcessFacts {
  std::vector<Meaning> meanings;
  std::vector<Contest> contests;
  std::string unknown;  // why it could not be bound
};

class BindingCheck {
 public:
  BindingCheck(const CheckedFiles& checked, const Scene& scene, const SceneProcesses& processes,
               const VerifyOptions& options, const loader::ObjectCache& cache)
      : checked_(checked), scene_(scene), processes_(processes), options_(options), cache_(cache) {}

  std::vector<Finding> run(std::vector<std::string>& notes) {
    const std::vector<size_t> roots = choose();
    std::vector<ProcessFacts> facts(roots.size());
    wheel::parallel_for(roots.size(), options_.jobs, [&](size_t i) { facts[i] = bind(roots[i]); });
    std::set<std::string> unknown;
    for (size_t i = 0; i < roots.size(); ++i)
      if (!facts[i].unknown.empty() && unknown.insert(facts[i].unknown).second)
        notes.push_back(checked_.files[roots[i]].name +
                        ": symbols are not compared: " + facts[i].unknown);
    std::vector<Finding> findings = compare_names(facts);
    tell_contests(facts, roots, findings);
    return findings;
  }

 private:
  // One process stands for all that load the same libraries in the same order, unless a file brings
  // definitions of its own into them.
  std::vector<size_t> choose() {
    std::map<std::vector<std::string>, size_t> known;
    std::vector<size_t> chosen;
    for (const size_t root : processes_.roots) {
      if (checked_.files[root].is_program) continue;
      std::vector<std::string> loads;
      const LinkMap& map = processes_.maps[root];
      for (const ObjectId id : map.load_order) loads.push_back(map.objects[id].real_path);
      const auto [first, is_new] = known.emplace(std::move(loads), root);
      companions_[first->second].push_back(root);
      if (is_new || defines_symbols(*checked_.files[root].file)) chosen.push_back(root);
    }
    return chosen;
  }

  static bool defines_symbols(const elf::ElfFile& file) {
    const auto symbols = elf::read_dynamic_symbols(file);
    return std::any_of(symbols.begin(), symbols.end(), [](const elf::DynamicSymbol& symbol) {
      return symbol.is_defined() && symbol.binding == elf::STB_GLOBAL &&
             !symbol.name.starts_with("PyInit_");
    });
  }

  ProcessFacts bind(size_t root) const {
    ProcessFacts facts;
    loader::BindOptions options;
    options.alternatives = true;
    try {
      const BoundProcess process = loader::bind_process(*scene_.files, scene_.paths[root],
                                                        options_.environment, options, cache_);
      list_meanings(root, process.map, facts.meanings);
      for (const Conflict& conflict : find_conflicts(*scene_.files, process).conflicts)
        if (conflict.kind == loader::ConflictKind::kSymbols && conflict.danger != Danger::kLow)
          if (auto contest = describe(root, process.map, conflict))
            facts.contests.push_back(*std::move(contest));
    } catch (const Error& error) {
      facts.unknown = error.what();
    }
    return facts;
  }

  std::string name_of(size_t root, const LinkMap& map, ObjectId id) const {
    return id == 0 ? checked_.files[root].name
                   : told_name(checked_, scene_, processes_, map.objects[id]);
  }

  void list_meanings(size_t root, const LinkMap& map, std::vector<Meaning>& meanings) const {
    for (const loader::Request& request : map.requests) {
      if (request.name.find('/') != std::string::npos) continue;
      const std::string asker = name_of(root, map, request.asker);
      if (request.object)
        meanings.push_back({request.name, map.objects[*request.object].real_path,
                            name_of(root, map, *request.object), asker});
      if (request.shadowed) {
        const std::string path = scene_.files->real_path(*request.shadowed).value_or("");
        const auto file = processes_.file_of_path.find(path);
        meanings.push_back(
            {request.name, path,
             file == processes_.file_of_path.end() ? path : checked_.files[file->second].name,
             asker});
      }
    }
  }

  bool is_checked(const LinkMap& map, ObjectId id) const {
    return id == 0 || processes_.find_file(map.objects[id]).has_value();
  }

  // Of those that get something else than what they were made for, the one that gets the most.
  static const loader::Taking& most_telling(const Conflict& conflict) {
    return *std::max_element(conflict.takings.begin(), conflict.takings.end(),
                             [](const loader::Taking& a, const loader::Taking& b) {
                               return std::pair(a.instead_of.has_value(), a.symbols) <
                                      std::pair(b.instead_of.has_value(), b.symbols);
                             });
  }

  static bool are_copies(const LinkMap& map, const loader::Taking& taking) {
    return loader::library_stem(base_name(map.objects[taking.from].path)) ==
           loader::library_stem(base_name(map.objects[taking.to].path));
  }

  // Whether it was meant so: the one that takes names the other as needed, or both are parts of one
  // project ("libwayland-client", "libwayland-server"), which share code that each one links in.
  // Copies of one library are never meant to mix.
  static bool is_meant(const LinkMap& map, const loader::Taking& taking) {
    const std::string_view from = loader::library_stem(base_name(map.objects[taking.from].path));
    const std::string_view to = loader::library_stem(base_name(map.objects[taking.to].path));
    const std::string_view project = from.substr(0, from.find('-'));
    if (to.starts_with(from) || from.starts_with(to) || project == to.substr(0, to.find('-')))
      return true;
    return std::any_of(map.requests.begin(), map.requests.end(), [&](const auto& request) {
      return request.asker == taking.from && request.object == taking.to;
    });
  }

  // Nothing if none of the contending files is checked here, or nobody can tell the difference.
  std::optional<Contest> describe(size_t root, const LinkMap& map, const Conflict& conflict) const {
    if (std::none_of(conflict.objects.begin(), conflict.objects.end(),
                     [&](ObjectId id) { return is_checked(map, id); }))
      return std::nullopt;
    const loader::Taking& taking = most_telling(conflict);
    const bool copies = are_copies(map, taking);
    if (!copies && std::all_of(conflict.symbols.begin(), conflict.symbols.end(), is_of_language))
      return std::nullopt;
    const std::string from = name_of(root, map, taking.from);
    const std::string to = name_of(root, map, taking.to);
    std::vector<std::string> some = conflict.symbols;
    some.resize(std::min(some.size(), kNamedSymbols));
    const std::string symbols =
        fmt::format("{} of {} symbol{} that both define ({}{})", taking.symbols,
                    conflict.symbols.size(), conflict.symbols.size() == 1 ? "" : "s",
                    fmt::join(some, ", "), conflict.symbols.size() > some.size() ? ", ..." : "");
    Contest contest;
    for (const ObjectId id : conflict.objects) contest.rivals.push_back(map.objects[id].real_path);
    contest.danger =
        !copies && !conflict.is_blas && is_meant(map, taking) ? Danger::kMedium : conflict.danger;
    contest.file = is_checked(map, taking.from) ? from : checked_.files[root].name;
    if (taking.instead_of == taking.from)
      contest.message = fmt::format("takes {} from {}, not its own", symbols, to);
    else if (taking.instead_of)
      contest.message = fmt::format("takes {} from {}, though it needs {}", symbols, to,
                                    name_of(root, map, *taking.instead_of));
    else
      contest.message = fmt::format("takes {} from {} because that comes first", symbols, to);
    if (contest.file != from) contest.message = from + " " + contest.message;
    if (conflict.is_blas) contest.message += "; the integers of a BLAS may differ in width";
    return contest;
  }

  std::vector<Finding> compare_names(const std::vector<ProcessFacts>& facts) const {
    std::map<std::string, std::map<std::string, const Meaning*>> by_name;
    for (const ProcessFacts& each : facts)
      for (const Meaning& meaning : each.meanings)
        by_name[meaning.name].emplace(meaning.path, &meaning);
    std::vector<Finding> findings;
    for (const auto& [name, by_path] : by_name) {
      std::vector<const Meaning*> different;
      for (const auto& [path, meaning] : by_path)
        if (std::none_of(different.begin(), different.end(), [&](const Meaning* other) {
              return have_same_content(other->path, path);
            }))
          different.push_back(meaning);
      const auto own = std::find_if(different.begin(), different.end(), [&](const Meaning* each) {
        return is_inside(scene_, each->path);
      });
      if (different.size() < 2 || own == different.end()) continue;
      std::vector<std::string> told;
      for (const Meaning* meaning : different)
        told.push_back(fmt::format("{} for {}", meaning->told, base_name(meaning->asker)));
      findings.push_back({Severity::kWarning, Check::kSameName, (*own)->told,
                          fmt::format("the name {} means different libraries, and in one process "
                                      "the first that is loaded serves all: {}",
                                      name, fmt::join(told, "; ")),
                          "give each a name of its own, as elfwheel repair does"});
    }
    return findings;
  }

  bool have_same_content(const std::string& one, const std::string& other) const {
    const OpenedFile first = scene_.files->open(one);
    const OpenedFile second = scene_.files->open(other);
    return first.error == 0 && second.error == 0 &&
           first.contents->bytes().text() == second.contents->bytes().text();
  }

  // The one, and those that it stands for.
  std::vector<size_t> processes_of(size_t root) const {
    const auto found = companions_.find(root);
    return found == companions_.end() ? std::vector<size_t>{root} : found->second;
  }

  // A contest is told once, of the first process that has it.
  void tell_contests(const std::vector<ProcessFacts>& facts, const std::vector<size_t>& roots,
                     std::vector<Finding>& findings) const {
    struct Told {
      const Contest* contest;
      std::vector<std::string> in;
    };
    std::vector<Told> list;
    std::map<std::vector<std::string>, size_t> known;
    for (size_t i = 0; i < facts.size(); ++i) {
      for (const Contest& contest : facts[i].contests) {
        const auto [place, is_new] = known.emplace(contest.rivals, list.size());
        if (is_new) list.push_back({&contest, {}});
        Told& told = list[place->second];
        if (contest.danger < told.contest->danger) told.contest = &contest;
        for (const size_t root : processes_of(roots[i])) {
          const std::string name(base_name(checked_.files[root].name));
          if (std::find(told.in.begin(), told.in.end(), name) == told.in.end())
            told.in.push_back(name);
        }
      }
    }
    for (const Told& told : list)
      findings.push_back(
          {told.contest->danger == Danger::kHigh ? Severity::kWarning : Severity::kRemark,
           Check::kSymbols, told.contest->file,
           told.contest->message + ", in what " + short_list(told.in, 2) +
               (told.in.size() == 1 ? " loads" : " load"),
           "bring one copy of the library, or link it with -Bsymbolic or hidden symbols"});
  }

  const CheckedFiles& checked_;
  const Scene& scene_;
  const SceneProcesses& processes_;
  const VerifyOptions& options_;
  const loader::ObjectCache& cache_;
  std::map<size_t, std::vector<size_t>> companions_;  // by the first of each kind, itself included
};

}  // namespace

std::vector<Finding> check_bindings(const CheckedFiles& checked, const Scene& scene,
                                    const SceneProcesses& processes, const VerifyOptions& options,
                                    const loader::ObjectCache& cache,
                                    std::vector<std::string>& notes) {
  return BindingCheck(checked, scene, processes, options, cache).run(notes);
}

}  // namespace elfwheel::repair
