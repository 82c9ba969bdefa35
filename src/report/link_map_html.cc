// Link maps as a page to look around in: a tree that folds, with the facts of each library.
#include <fmt/format.h>

#include "elfwheel/report/link_map.h"
#include "report/html_page.h"
#include "report/link_drawing.h"
#include "report/link_map_names.h"
#include "report/markup.h"

namespace elfwheel::report {

namespace {

using loader::EdgeId;
using loader::FoundBy;
using loader::LinkEdge;
using loader::LinkGraph;
using loader::LinkMap;
using loader::LoadedObject;
using loader::NodeId;

std::string fact(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html_escaped(value));
}

std::string facts(std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return "";
  std::string html = fmt::format("<dt>{}</dt>", name);
  for (const std::string& value : values) html += "<dd>" + html_escaped(value) + "</dd>";
  return html + "\n";
}

class Section {
 public:
  Section(const LinkMap& map, size_t number, const loader::LinkFilter& filter)
      : map_(map),
        number_(number),
        graph_(loader::make_link_graph(map, filter)),
        names_(object_names(map)),
        askers_of_(graph_.nodes.size()) {
    for (const LinkEdge& edge : graph_.edges) {
      std::vector<std::string>& askers = askers_of_[edge.to];
      const std::string& asker = names_[edge.from];
      if (!edge.is_preload && (askers.empty() || askers.back() != asker)) askers.push_back(asker);
    }
  }

  std::string render() {
    html_ = fmt::format("<section>\n<h2 id=\"{}\" class=\"{}\"><span class=\"line\">", anchor(0),
                        colour_of(FoundBy::kRoot).word);
    html_ += fmt::format("<span class=\"name\">{}</span></span></h2>\n", html_escaped(names_[0]));
    add_facts(object_facts(0));
    add_needs(0);
    for (const loader::Request& request : map_.requests)
      if (!request.fatal.empty()) add_alarm("the loader gives up here: " + request.fatal);
    for (const loader::MissingVersion& missing : map_.missing_versions)
      add_alarm(describe(map_, missing));
    for (const std::string& warning : map_.warnings) add_alarm(warning);
    html_ += "</section>\n";
    return std::move(html_);
  }

 private:
  std::string anchor(NodeId node) const { return fmt::format("m{}n{}", number_, node); }

  void add_alarm(std::string_view text) {
    html_ += "<p class=\"alarm\">" + html_escaped(text) + "</p>\n";
  }

  void add_facts(const std::string& list) {
    html_ += "<details class=\"facts\"><summary>facts</summary><dl>\n" + list + "</dl></details>\n";
  }

  void add_needs(NodeId node) {
    for (const EdgeId id : graph_.edges_of[node]) {
      const LinkEdge& edge = graph_.edges[id];
      if (!edge.is_shown) continue;
      if (graph_.nodes[edge.to].way == id) {
        add_entry(edge);
      } else {
        add_reference(edge);
      }
    }
  }

  // What stands at its own place, with facts and needs.
  void add_entry(const LinkEdge& edge) {
    const bool is_found = edge.request->object.has_value();
    const FoundBy source = is_found ? map_.objects[edge.to].found_by : FoundBy::kNotFound;
    html_ += fmt::format("<details open class=\"entry {}\" id=\"{}\"><summary class=\"line\">",
                         colour_of(source).word, anchor(edge.to));
    html_ += fmt::format("<span class=\"name\">{}</span> ", html_escaped(edge.request->name));
    if (is_found) {
      html_ += fmt::format("<span class=\"path\">{}</span> <span class=\"how\">{}</span>",
                           html_escaped(map_.objects[edge.to].path), source_word(edge));
    } else {
      html_ += "<span class=\"alarm\">not found</span>";
    }
    html_ += "</summary>\n";
    add_facts((is_found ? object_facts(edge.to) : "") + facts("needed by", askers_of_[edge.to]) +
              facts("searched", searched(*edge.request)));
    add_needs(edge.to);
    html_ += "</details>\n";
  }

  // Where it is asked for again: a way to that place.
  void add_reference(const LinkEdge& edge) {
    html_ += fmt::format("<div class=\"entry again\"><a class=\"line\" href=\"#{}\">{} ",
                         anchor(edge.to), html_escaped(edge.request->name));
    html_ += fmt::format("<span class=\"{}\">{}</span></a></div>\n",
                         edge.request->object ? "how" : "alarm", source_word(edge));
  }

  static std::string_view source_word(const LinkEdge& edge) {
    if (edge.is_preload) return loader::found_by_name(FoundBy::kPreload);
    if (!edge.request->object) return "not found";
    return loader::found_by_name(edge.request->found_by);
  }

  std::string object_facts(loader::ObjectId id) const {
    const LoadedObject& object = map_.objects[id];
    std::string list = fact("real path", object.real_path);
    if (object.soname) list += fact("soname", *object.soname);
    if (object.interp) list += fact("interpreter", *object.interp);
    if (object.rpath) list += facts("RPATH", *object.rpath);
    if (object.runpath) list += facts("RUNPATH", *object.runpath);
    return list + facts("needs", object.needed);
  }

  std::vector<std::string> searched(const loader::Request& request) const {
    std::vector<std::string> lines;
    for (const loader::SearchStep& step : request.steps) {
      std::string source(loader::found_by_name(step.source));
      if (step.rpath_owner) source += " of " + names_[*step.rpath_owner];
      lines.push_back(source + ": " + step.path + ": " + step.outcome);
    }
    return lines;
  }

  const LinkMap& map_;
  size_t number_;
  LinkGraph graph_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> askers_of_;  // names, by node
  std::string html_;
};

}  // namespace

std::string render_html(const std::vector<LinkMap>& maps, const loader::LinkFilter& filter) {
  std::string body;
  for (size_t i = 0; i < maps.size(); ++i) body += Section(maps[i], i, filter).render();
  return html_page("lddtree", body);
}

}  // namespace elfwheel::report
