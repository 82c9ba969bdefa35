// A link map as the JSON object of `lddtree --json`. Keys and order: docs/design.md, section 2.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "elfwheel/report/link_map.h"
#include "report/link_map_names.h"

namespace elfwheel::report {

namespace {

using loader::LinkMap;
using loader::LoadedObject;
using loader::Request;
using loader::SearchStep;

using Paths = std::optional<std::vector<std::string>>;

Json paths_json(const Paths& paths) { return paths ? Json(*paths) : Json::array(); }

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json nonempty_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json search_json(const std::vector<SearchStep>& search, const std::vector<std::string>& names) {
  Json steps = Json::array();
  for (const SearchStep& step : search) {
    Json one;
    one["source"] = nonempty_or_null(loader::found_by_name(step.source));
    if (step.rpath_owner) one["owner"] = names[*step.rpath_owner];
    one["path"] = step.path;
    one["outcome"] = step.outcome;
    if (!step.named_by.empty()) one["named_by"] = step.named_by;
    steps.push_back(std::move(one));
  }
  return steps;
}

Json library_json(const LinkMap& map, const Request& request) {
  const LoadedObject* object = request.object ? &map.objects[*request.object] : nullptr;
  Json json;
  json["path"] = object ? Json(object->path) : Json(nullptr);
  json["realpath"] = object ? Json(object->real_path) : Json(nullptr);
  json["soname"] = object ? text_or_null(object->soname) : Json(nullptr);
  json["needed"] = object ? Json(object->needed) : Json::array();
  json["rpath"] = object ? paths_json(object->rpath) : Json::array();
  json["runpath"] = object ? paths_json(object->runpath) : Json::array();
  json["found_by"] = nonempty_or_null(loader::found_by_name(request.found_by));
  json["requested_by"] = Json::array();
  if (!request.fatal.empty()) json["error"] = request.fatal;
  return json;
}

Json auditors_json(const LinkMap& map, bool explain, const std::vector<std::string>& names) {
  Json auditors = Json::array();
  for (const loader::Auditor& auditor : map.auditors) {
    Json one;
    one["name"] = auditor.name;
    one["source"] = auditor.source;
    one["loaded"] = auditor.loaded;
    if (!auditor.failure.empty()) one["error"] = auditor.failure;
    if (explain) one["search"] = search_json(auditor.steps, names);
    auditors.push_back(std::move(one));
  }
  return auditors;
}

// One entry a name, that of its first request; later askers are only listed.
Json libraries_json(const LinkMap& map, const loader::LinkGraph& graph,
                    const std::vector<std::string>& names, bool explain) {
  Json libs = Json::object();
  for (const loader::LinkEdge& edge : graph.edges) {
    if (edge.is_preload || !edge.is_shown) continue;
    const Request& request = *edge.request;
    if (!libs.contains(request.name)) libs[request.name] = library_json(map, request);
    Json& library = libs[request.name];
    if (explain && !library.contains("search"))
      library["search"] = search_json(request.steps, names);
    Json& askers = library["requested_by"];
    const std::string& asker = names[request.asker];
    if (std::find(askers.begin(), askers.end(), Json(asker)) == askers.end()) {
      askers.push_back(asker);
    }
  }
  return libs;
}

}  // namespace

Json link_map_json(const LinkMap& map, const std::string& path, bool explain,
                   const loader::LinkFilter& filter) {
  const loader::LinkGraph graph = loader::make_link_graph(map, filter);
  std::vector<std::string> names = object_names(map);
  names[0] = path;
  const LoadedObject& root = map.objects.front();
  Json json;
  json["path"] = path;
  json["realpath"] = root.real_path;
  json["interp"] = text_or_null(root.interp);
  if (map.interp_missing) json["interp_missing"] = true;
  json["libc"] = map.libc == elf::Libc::kUnknown ? Json(nullptr) : Json(elf::libc_name(map.libc));
  json["arch"] = nonempty_or_null(root.architecture);
  json["needed"] = root.needed;
  json["rpath"] = paths_json(root.rpath);
  json["runpath"] = paths_json(root.runpath);
  json["libs"] = libraries_json(map, graph, names, explain);
  json["load_order"] = Json::array();
  for (const loader::ObjectId id : map.load_order) {
    if (!graph.nodes[id].is_shown) continue;
    Json one;
    one["name"] = names[id];
    one["path"] = map.objects[id].path;
    one["realpath"] = map.objects[id].real_path;
    json["load_order"].push_back(std::move(one));
  }
  for (const loader::MissingVersion& missing : map.missing_versions) {
    Json one;
    one["version"] = missing.version;
    one["library"] = map.objects[missing.library].real_path;
    one["needed_by"] = map.objects[missing.asker].real_path;
    json["missing_versions"].push_back(std::move(one));
  }
  if (!map.auditors.empty()) json["auditors"] = auditors_json(map, explain, names);
  if (!map.warnings.empty()) json["warnings"] = map.warnings;
  return json;
}

}  // namespace elfwheel::report
