// Link maps as a page to look around in: a tree that folds, with the facts of each library.
#include <fmt/format.h>

#include <algorithm>
#include <set>

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
      std::vector<NodeId>& askers = askers_of_[edge.to];
      if (!edge.is_preload && (askers.empty() || askers.back() != edge.from))
        askers.push_back(edge.from);
    }
  }

  std::string render() {
    open_line("details open", "file", FoundBy::kRoot, 0);
    html_ += fmt::format("<h2><span class=\"name\">{}</span></h2>", html_escaped(names_[0]));
    close_line("summary", object_facts(0));
    html_ += "<div class=\"sum\">\n";
    add_sum();
    html_ += "</div>\n";
    add_needs(0);
    html_ += "</details>\n";
    return std::move(html_);
  }

  // One line of a table of contents.
  std::string reference() const { return fmt::format("<li>{}: {}</li>\n", link(0), counts()); }

  const std::set<FoundBy>& sources() const { return sources_; }

 private:
  std::string anchor(NodeId node) const { return fmt::format("m{}n{}", number_, node); }

  std::string name_of(NodeId node) const {
    return graph_.nodes[node].object ? names_[node] : graph_.nodes[node].missing_name;
  }

  // The node's name, leading to it where it has a place on the page.
  std::string link(NodeId node) const {
    const std::string name = html_escaped(name_of(node));
    if (!graph_.nodes[node].is_shown) return name;
    return fmt::format("<a href=\"#{}\">{}</a>", anchor(node), name);
  }

  std::string counts() const {
    const size_t objects = map_.objects.size() - 1;
    const size_t missing = graph_.nodes.size() - map_.objects.size();
    std::string html = fmt::format("{} librar{}", objects, objects == 1 ? "y" : "ies");
    if (missing != 0) html += fmt::format(", <span class=\"alarm\">{} not found</span>", missing);
    if (const size_t versions = map_.missing_versions.size(); versions != 0) {
      html += fmt::format(", <span class=\"alarm\">{} version{} not found</span>", versions,
                          versions == 1 ? "" : "s");
    }
    return html;
  }

  void add_sum() {
    html_ += fmt::format("<p>{}; libc: {}</p>\n", counts(), elf::libc_name(map_.libc));
    for (NodeId node = map_.objects.size(); node < graph_.nodes.size(); ++node) {
      html_ += fmt::format("<p><span class=\"alarm\">not found:</span> {}, needed by {}</p>\n",
                           link(node), links(askers_of_[node]));
    }
    for (const loader::Request& request : map_.requests)
      if (!request.fatal.empty()) add_alarm("the loader gives up here: " + request.fatal);
    for (const std::string& fault : describe_faults(map_)) add_alarm(fault);
    for (const std::string& warning : map_.warnings) add_alarm(warning);
  }

  void add_alarm(std::string_view text) {
    html_ += "<p class=\"alarm\">" + html_escaped(text) + "</p>\n";
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

  bool has_shown_needs(NodeId node) const {
    const std::vector<EdgeId>& edges = graph_.edges_of[node];
    return std::any_of(edges.begin(), edges.end(),
                       [&](EdgeId id) { return graph_.edges[id].is_shown; });
  }

  // What stands at its own place, with facts and needs.
  void add_entry(const LinkEdge& edge) {
    const bool is_found = edge.request->object.has_value();
    const bool folds = has_shown_needs(edge.to);
    const FoundBy source = is_found ? map_.objects[edge.to].found_by : FoundBy::kNotFound;
    open_line(folds ? "details open" : "div", "entry", source, edge.to);
    html_ += fmt::format("<span class=\"name\">{}</span> ", html_escaped(edge.request->name));
    if (is_found) {
      const std::string& path = map_.objects[edge.to].path;
      if (path != edge.request->name)
        html_ += fmt::format("<span class=\"path\">{}</span> ", html_escaped(path));
      html_ += fmt::format("<span class=\"how\">{}</span>", source_word(edge));
    } else {
      html_ += "<span class=\"alarm\">not found</span>";
    }
    close_line(folds ? "summary" : "div", (is_found ? object_facts(edge.to) : "") +
                                              askers_fact(edge.to) +
                                              facts("searched", searched(*edge.request)));
    add_needs(edge.to);
    html_ += folds ? "</details>\n" : "</div>\n";
  }

  void open_line(std::string_view element, std::string_view kind, FoundBy source, NodeId node) {
    sources_.insert(source);
    html_ +=
        fmt::format("<{} class=\"{} {}\" id=\"{}\"><{} class=\"line\">", element, kind,
                    colour_of(source).word, anchor(node), element == "div" ? "div" : "summary");
  }

  void close_line(std::string_view element, const std::string& list) {
    html_ += "<button type=\"button\" class=\"more\" aria-expanded=\"false\">facts</button>";
    html_ += fmt::format("</{}>\n<dl class=\"facts\" hidden>\n{}</dl>\n", element, list);
  }

  // Where it is asked for again: a way to that place.
  void add_reference(const LinkEdge& edge) {
    html_ += fmt::format(
        "<div class=\"entry again\"><a class=\"line\" href=\"#{}\"><span class=\"name\">{}</span> ",
        anchor(edge.to), html_escaped(edge.request->name));
    html_ += fmt::format("<span class=\"{}\">{}</span></a></div>\n",
                         edge.request->object ? "how" : "alarm", source_word(edge));
  }

  static std::string_view source_word(const LinkEdge& edge) {
    if (edge.is_preload) return loader::found_by_name(FoundBy::kPreload);
    if (!edge.request->object) return "not found";
    return loader::found_by_name(edge.request->found_by);
  }

  std::string askers_fact(NodeId node) const {
    if (askers_of_[node].empty()) return "";
    return fmt::format("<dt>needed by</dt><dd>{}</dd>\n", links(askers_of_[node]));
  }

  std::string links(const std::vector<NodeId>& nodes) const {
    std::string html;
    for (const NodeId node : nodes) {
      if (!html.empty()) html += ", ";
      html += link(node);
    }
    return html;
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
      if (!step.named_by.empty()) source += " that ldconfig will write (" + step.named_by + ")";
      lines.push_back(source + ": " + step.path + ": " + step.outcome);
    }
    return lines;
  }

  const LinkMap& map_;
  size_t number_;
  LinkGraph graph_;
  std::vector<std::string> names_;
  std::vector<std::vector<NodeId>> askers_of_;  // by node
  std::set<FoundBy> sources_;                   // of what has been rendered
  std::string html_;
};

std::string page_title(const std::vector<LinkMap>& maps) {
  std::string title = "lddtree";
  if (!maps.empty()) title += " of " + maps.front().objects.front().path;
  if (maps.size() > 1) title += fmt::format(" and {} more", maps.size() - 1);
  return title;
}

}  // namespace

std::string render_html(const std::vector<LinkMap>& maps, const loader::LinkFilter& filter) {
  std::string contents, sections;
  std::set<FoundBy> sources;
  for (size_t i = 0; i < maps.size(); ++i) {
    Section section(maps[i], i, filter);
    contents += section.reference();
    sections += section.render();
    sources.insert(section.sources().begin(), section.sources().end());
  }
  HtmlReport report;
  report.title = page_title(maps);
  report.sources.assign(sources.begin(), sources.end());
  if (maps.size() > 1) report.body = "<ul class=\"toc\">\n" + contents + "</ul>\n";
  report.body += sections;
  return html_page(report);
}

}  // namespace elfwheel::report
