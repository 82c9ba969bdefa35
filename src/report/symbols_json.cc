// `symbols --json`. Types, bindings and visibilities are called as readelf calls them.
#include <nlohmann/json.hpp>

#include "elfwheel/report/symbols.h"

namespace elfwheel::report {

namespace {

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json nonempty_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json symbol_json(const SymbolLine& symbol) {
  Json json;
  json["name"] = symbol.name;
  json["version"] = nonempty_or_null(symbol.version);
  json["default"] = symbol.is_default;
  json["library"] = nonempty_or_null(symbol.library);
  json["defined"] = symbol.defined;
  json["letter"] = std::string(1, symbol.letter);
  json["type"] = elf::symbol_type_name(symbol.type);
  json["binding"] = elf::symbol_binding_name(symbol.binding);
  json["visibility"] = elf::symbol_visibility_name(symbol.visibility);
  json["value"] = symbol.value;
  json["size"] = symbol.size;
  json["demangled"] = text_or_null(symbol.demangled);
  return json;
}

Json symbols_json(const std::vector<SymbolLine>& symbols) {
  Json json = Json::array();
  for (const SymbolLine& symbol : symbols) json.push_back(symbol_json(symbol));
  return json;
}

Json holder_json(const SymbolHolder& holder) {
  Json json;
  json["path"] = holder.path;
  json["realpath"] = holder.real_path;
  json["soname"] = text_or_null(holder.soname);
  json["found_by"] = nonempty_or_null(holder.found_by);
  json["build_id"] = text_or_null(holder.build_id);
  json["symbols"] = symbols_json(holder.symbols);
  if (!holder.problem.empty()) json["problem"] = holder.problem;
  return json;
}

}  // namespace

Json symbol_list_json(const SymbolList& list) {
  Json json;
  json["path"] = list.path;
  json["symbols"] = symbols_json(list.symbols);
  return json;
}

Json symbol_search_json(const SymbolSearch& search) {
  Json json;
  json["path"] = search.path;
  json["name"] = search.wanted;
  json["defined"] = search.is_defined;
  json["objects"] = Json::array();
  for (const SymbolHolder& holder : search.holders) json["objects"].push_back(holder_json(holder));
  json["searched"] = search.objects;
  json["missing"] = search.missing;
  return json;
}

}  // namespace elfwheel::report
