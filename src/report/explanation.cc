// The search for each name, step by step.
#include <fmt/format.h>

#include "elfwheel/report/link_map.h"
#include "report/link_map_names.h"

namespace elfwheel::report {

namespace {

using loader::FoundBy;
using loader::LinkMap;
using loader::Request;
using loader::SearchStep;

std::string step_source(const SearchStep& step, const std::vector<std::string>& names) {
  const std::string_view source = loader::found_by_name(step.source);
  if (!step.named_by.empty())
    return fmt::format("{} that ldconfig will write ({})", source, printable(step.named_by));
  if (!step.rpath_owner) return std::string(source);
  return fmt::format("{} of {}", source, printable(names[*step.rpath_owner]));
}

std::string request_end(const LinkMap& map, const Request& request, const TextStyle& style) {
  if (!request.fatal.empty()) return render_alarm(style, "gives up: " + printable(request.fatal));
  if (!request.object) return render_alarm(style, "not found");
  return fmt::format("=> {} ({})", printable(map.objects[*request.object].path),
                     loader::found_by_name(request.found_by));
}

}  // namespace

std::string render_explanation(const LinkMap& map, const TextStyle& style,
                               const loader::LinkFilter& filter) {
  const std::vector<std::string> names = object_names(map);
  std::string text = render_heading(style, printable(map.objects.front().path)) + "\n";
  const loader::LinkGraph graph = loader::make_link_graph(map, filter);
  for (const loader::LinkEdge& edge : graph.edges) {
    if (edge.is_preload || !edge.is_shown) continue;
    const Request& request = *edge.request;
    text += fmt::format("\n{}, needed by {}\n", render_heading(style, printable(request.name)),
                        printable(names[request.asker]));
    for (const SearchStep& step : request.steps) {
      text += fmt::format("    {}: {}: {}\n", step_source(step, names), printable(step.path),
                          printable(step.outcome));
    }
    text += fmt::format("    {}\n", request_end(map, request, style));
  }
  for (const std::string& fault : describe_faults(map))
    text += "\n" + render_alarm(style, printable(fault)) + "\n";
  for (const std::string& warning : map.warnings) text += "\n" + printable(warning) + "\n";
  return text;
}

}  // namespace elfwheel::report
