#include "elfwheel/report/bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace elfwheel::report {
namespace {

using loader::Binding;
using loader::BoundProcess;
using loader::LinkMap;
using loader::Opening;

std::string target(const LinkMap& map, const Binding& row, const TextStyle& style) {
  if (row.to) return "=> " + printable(map.objects[*row.to].path);
  return row.weak ? render_dim(style, "nothing (weak)") : render_alarm(style, "not found");
}

// Behind the line of a dlopen.
std::string outcome(const Opening& opening, const TextStyle& style) {
  if (!opening.failure.empty())
    return " " + render_alarm(style, "fails: " + printable(opening.failure));
  return opening.mapped.empty() ? ": in the process already" : "";
}

}  // namespace

std::string render_bindings(const BoundProcess& process, const TextStyle& style) {
  const LinkMap& map = process.map;
  std::string text;
  size_t next = 0;
  const auto add_rows = [&](const auto& belongs) {
    for (std::optional<loader::ObjectId> last;
         next < process.bindings.size() && belongs(process.bindings[next].from); ++next) {
      const Binding& row = process.bindings[next];
      if (row.from != last)
        text += render_heading(style, printable(map.objects[row.from].path)) + "\n";
      last = row.from;
      text += fmt::format("    {}{} {}\n", printable(row.symbol),
                          row.version ? fmt::format(" [{}]", printable(*row.version)) : "",
                          target(map, row, style));
    }
  };
  std::set<loader::ObjectId> opened;
  for (const Opening& opening : map.openings)
    opened.insert(opening.mapped.begin(), opening.mapped.end());
  add_rows([&](loader::ObjectId id) { return !opened.contains(id); });
  for (const Opening& opening : map.openings) {
    text += fmt::format("dlopen {} ({}){}\n", printable(opening.request.name),
                        loader::open_mode_name(opening.mode), outcome(opening, style));
    add_rows([&](loader::ObjectId id) {
      return std::find(opening.mapped.begin(), opening.mapped.end(), id) != opening.mapped.end();
    });
  }
  return text;
}

Json bindings_json(const BoundProcess& process, const std::string& path) {
  const LinkMap& map = process.map;
  const auto real_path = [&](const std::optional<loader::ObjectId>& id) {
    return id ? Json(map.objects[*id].real_path) : Json(nullptr);
  };
  Json json;
  json["path"] = path;
  json["realpath"] = map.objects.front().real_path;
  json["bindings"] = Json::array();
  for (const Binding& row : process.bindings) {
    Json one;
    one["from"] = real_path(row.from);
    one["symbol"] = row.symbol;
    one["version"] = row.version ? Json(*row.version) : Json(nullptr);
    one["to"] = real_path(row.to);
    one["weak"] = row.weak;
    json["bindings"].push_back(std::move(one));
  }
  json["openings"] = Json::array();
  for (const Opening& opening : map.openings) {
    Json one;
    one["name"] = opening.request.name;
    one["mode"] = loader::open_mode_name(opening.mode);
    one["realpath"] = real_path(opening.request.object);
    one["mapped"] = Json::array();
    for (const loader::ObjectId id : opening.mapped) one["mapped"].push_back(real_path(id));
    one["failure"] = opening.failure.empty() ? Json(nullptr) : Json(opening.failure);
    json["openings"].push_back(std::move(one));
  }
  return json;
}

}  // namespace elfwheel::report
