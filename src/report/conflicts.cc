#include "elfwheel/report/conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

using loader::Apart;
using loader::Conflict;
using loader::ConflictKind;
using loader::LinkMap;
using loader::ObjectId;
using loader::Taking;

constexpr size_t kShownSymbols = 4;
constexpr size_t kShownTakings = 8;

std::string path_of(const LinkMap& map, ObjectId id) { return printable(map.objects[id].path); }

// "3 symbols (a, b, c)", the first few only.
std::string symbols_in_short(const std::vector<std::string>& symbols) {
  std::string text = fmt::format("{} symbol{} (", symbols.size(), symbols.size() == 1 ? "" : "s");
  for (size_t i = 0; i < std::min(symbols.size(), kShownSymbols); ++i)
    text += (i == 0 ? "" : ", ") + printable(symbols[i]);
  return text + (symbols.size() > kShownSymbols ? ", ...)" : ")");
}

std::string headline(const Conflict& conflict) {
  switch (conflict.kind) {
    case ConflictKind::kSameName:
      return fmt::format("two files of different content are called {}; one is never mapped",
                         printable(conflict.name));
    case ConflictKind::kRuntime:
      return fmt::format("{} copies of {}, each with a state of its own", conflict.objects.size(),
                         conflict.name);
    case ConflictKind::kSymbols:
      return fmt::format("{} that {} libraries define{}", symbols_in_short(conflict.symbols),
                         conflict.objects.size(),
                         conflict.is_blas
                             ? "; BLAS or LAPACK, whose integers may differ in width (LP64, ILP64)"
                             : "");
    case ConflictKind::kVersions:
      break;
  }
  return fmt::format("{} versions or copies of {}", conflict.objects.size(),
                     printable(conflict.name));
}

std::string taking_line(const LinkMap& map, const Taking& taking) {
  std::string text = fmt::format("{} gets {} from {}", path_of(map, taking.from), taking.symbols,
                                 path_of(map, taking.to));
  if (!taking.instead_of) return text;
  return text + (taking.instead_of == taking.from
                     ? ", not its own"
                     : ", though it needs " + path_of(map, *taking.instead_of));
}

std::vector<std::string> lines_of(const LinkMap& map, const Conflict& conflict) {
  std::vector<std::string> lines;
  for (const ObjectId object : conflict.objects) lines.push_back(path_of(map, object));
  if (conflict.kind == ConflictKind::kSameName) {
    lines.back() += ": mapped";
    for (const std::string& file : conflict.files)
      lines.push_back(printable(file) + ": never mapped");
    for (const Taking& taking : conflict.takings)
      lines.push_back(path_of(map, taking.from) + " would find the second and gets the first");
    return lines;
  }
  for (size_t i = 0; i < std::min(conflict.takings.size(), kShownTakings); ++i)
    lines.push_back(taking_line(map, conflict.takings[i]));
  if (conflict.takings.size() > kShownTakings)
    lines.push_back(
        fmt::format("and {} more (--json has all)", conflict.takings.size() - kShownTakings));
  return lines;
}

std::string apart_line(const LinkMap& map, const Apart& apart) {
  std::string text = symbols_in_short(apart.symbols) + " of ";
  for (size_t i = 0; i < apart.objects.size(); ++i)
    text += (i == 0                          ? ""
             : i + 1 == apart.objects.size() ? " and "
                                             : ", ") +
            path_of(map, apart.objects[i]);
  return text + (apart.by_scope ? ": kept apart by RTLD_LOCAL"
                                : ": kept apart by their versions or by -Bsymbolic");
}

Json real_paths(const LinkMap& map, const std::vector<ObjectId>& objects) {
  Json paths = Json::array();
  for (const ObjectId object : objects) paths.push_back(map.objects[object].real_path);
  return paths;
}

}  // namespace

std::string render_conflicts(const LinkMap& map, const loader::Conflicts& conflicts,
                             const TextStyle& style) {
  std::string text;
  for (const Conflict& conflict : conflicts.conflicts) {
    const std::string danger = fmt::format("{:<8}", loader::danger_name(conflict.danger));
    text += (conflict.danger == loader::Danger::kHigh ? render_alarm(style, danger) : danger) +
            render_heading(style, headline(conflict)) + "\n";
    for (const std::string& line : lines_of(map, conflict)) text += "        " + line + "\n";
  }
  if (conflicts.conflicts.empty()) text += "no conflicts\n";
  for (const Apart& apart : conflicts.apart)
    text += render_dim(style, fmt::format("{:<8}{}", "apart", apart_line(map, apart))) + "\n";
  return text;
}

Json conflicts_json(const LinkMap& map, const loader::Conflicts& conflicts) {
  Json json = Json::array();
  for (const Conflict& conflict : conflicts.conflicts) {
    Json one;
    one["kind"] = loader::conflict_kind_name(conflict.kind);
    one["danger"] = loader::danger_name(conflict.danger);
    one["name"] = conflict.name.empty() ? Json(nullptr) : Json(conflict.name);
    one["objects"] = real_paths(map, conflict.objects);
    one["files"] = conflict.files;
    one["symbols"] = conflict.symbols;
    one["gets"] = Json::array();
    for (const Taking& taking : conflict.takings) {
      Json get;
      get["from"] = map.objects[taking.from].real_path;
      get["to"] = map.objects[taking.to].real_path;
      get["symbols"] = taking.symbols;
      get["instead_of"] =
          taking.instead_of ? Json(map.objects[*taking.instead_of].real_path) : Json(nullptr);
      one["gets"].push_back(std::move(get));
    }
    one["blas"] = conflict.is_blas;
    one["text"] = headline(conflict);
    json.push_back(std::move(one));
  }
  return json;
}

Json apart_json(const LinkMap& map, const loader::Conflicts& conflicts) {
  Json json = Json::array();
  for (const Apart& apart : conflicts.apart) {
    Json one;
    one["objects"] = real_paths(map, apart.objects);
    one["symbols"] = apart.symbols;
    one["by"] = apart.by_scope ? "scope" : "definition";
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace elfwheel::report
