// The chains of requests that bring a library in, in words and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "elfwheel/report/link_map.h"
#include "report/link_map_names.h"

namespace elfwheel::report {

namespace {

using loader::Chain;
using loader::ChainList;
using loader::FoundBy;
using loader::LinkEdge;
using loader::LinkGraph;
using loader::LinkMap;
using loader::ObjectId;

FoundBy source_of(const LinkEdge& edge) {
  return edge.is_preload ? FoundBy::kPreload : edge.request->found_by;
}

// Whose RPATH or RUNPATH led to it: that is the last place that was tried.
std::optional<ObjectId> rpath_owner(const LinkEdge& edge) {
  const FoundBy source = source_of(edge);
  const bool is_by_rpath = source == FoundBy::kRpath || source == FoundBy::kRunpath;
  if (!is_by_rpath || edge.request->steps.empty()) return std::nullopt;
  return edge.request->steps.back().rpath_owner;
}

std::string source_words(const LinkEdge& edge, const std::vector<std::string>& names) {
  const auto owner = rpath_owner(edge);
  if (!owner) return std::string(loader::found_by_name(source_of(edge)));
  const std::string_view tag = source_of(edge) == FoundBy::kRpath ? "RPATH" : "RUNPATH";
  return fmt::format("{} of {}", tag, printable(names[*owner]));
}

std::string step_words(const LinkEdge& edge, const std::vector<std::string>& names,
                       const TextStyle& style) {
  const std::string name = printable(edge.request->name);
  if (!edge.request->object) return render_alarm(style, name + " (not found)");
  return name + render_dim(style, fmt::format(" ({})", source_words(edge, names)));
}

std::string end_words(const ChainList& list, const std::string& name) {
  if (list.chains.empty() && list.more == 0) return "nothing brings in " + printable(name);
  if (list.more == 0) return "";
  return fmt::format("and {}{} more", list.more_at_least ? "at least " : "", list.more);
}

Json step_json(const LinkMap& map, const LinkEdge& edge, const std::vector<std::string>& names) {
  const auto& found = edge.request->object;
  Json json;
  json["name"] = edge.request->name;
  json["path"] = found ? Json(map.objects[*found].path) : Json(nullptr);
  json["realpath"] = found ? Json(map.objects[*found].real_path) : Json(nullptr);
  json["found_by"] = found ? Json(loader::found_by_name(source_of(edge))) : Json(nullptr);
  if (const auto owner = rpath_owner(edge)) json["owner"] = names[*owner];
  return json;
}

}  // namespace

std::string render_chains(const LinkMap& map, const LinkGraph& graph, const ChainList& list,
                          const std::string& name, const TextStyle& style) {
  std::vector<std::string> names = object_names(map);
  std::string text = render_heading(style, printable(names[0])) + "\n";
  // The heading has the whole path.
  names[0] = names[0].substr(names[0].rfind('/') + 1);
  for (const Chain& chain : list.chains) {
    text += "    " + printable(names[0]);
    for (const loader::EdgeId id : chain) text += " → " + step_words(graph.edges[id], names, style);
    text += "\n";
  }
  const std::string end = end_words(list, name);
  if (!end.empty()) text += "    " + end + "\n";
  return text;
}

Json chains_json(const LinkMap& map, const LinkGraph& graph, const ChainList& list,
                 const std::string& path, const std::string& name) {
  std::vector<std::string> names = object_names(map);
  names[0] = path;
  Json json;
  json["path"] = path;
  json["why"] = name;
  json["found"] = list.found;
  json["chains"] = Json::array();
  for (const Chain& chain : list.chains) {
    Json steps = Json::array();
    for (const loader::EdgeId id : chain) steps.push_back(step_json(map, graph.edges[id], names));
    json["chains"].push_back(std::move(steps));
  }
  json["more"] = list.more;
  json["more_at_least"] = list.more_at_least;
  return json;
}

}  // namespace elfwheel::report
