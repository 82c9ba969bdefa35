#include "elfwheel/report/bindings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

using loader::Binding;
using loader::LinkMap;

std::string target(const LinkMap& map, const Binding& row, const TextStyle& style) {
  if (row.to) return "=> " + printable(map.objects[*row.to].path);
  return row.weak ? render_dim(style, "nothing (weak)") : render_alarm(style, "not found");
}

}  // namespace

std::string render_bindings(const LinkMap& map, const std::vector<Binding>& rows,
                            const TextStyle& style) {
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Binding& row = rows[i];
    if (i == 0 || rows[i - 1].from != row.from)
      text += render_heading(style, printable(map.objects[row.from].path)) + "\n";
    text += fmt::format("    {}{} {}\n", printable(row.symbol),
                        row.version ? fmt::format(" [{}]", printable(*row.version)) : "",
                        target(map, row, style));
  }
  return text;
}

Json bindings_json(const LinkMap& map, const std::vector<Binding>& rows, const std::string& path) {
  Json json;
  json["path"] = path;
  json["realpath"] = map.objects.front().real_path;
  json["bindings"] = Json::array();
  for (const Binding& row : rows) {
    Json one;
    one["from"] = map.objects[row.from].real_path;
    one["symbol"] = row.symbol;
    one["version"] = row.version ? Json(*row.version) : Json(nullptr);
    one["to"] = row.to ? Json(map.objects[*row.to].real_path) : Json(nullptr);
    one["weak"] = row.weak;
    json["bindings"].push_back(std::move(one));
  }
  return json;
}

}  // namespace elfwheel::report
