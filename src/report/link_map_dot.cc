// Link maps in Graphviz's DOT language.
#include <fmt/format.h>

#include "report/link_drawing.h"
#include "report/markup.h"

namespace elfwheel::report {

namespace {

// A label is made of quoted texts that "+" joins, so a line end in it cannot come from a name.
std::string box_label(const DrawnBox& box) {
  if (box.path.empty()) return dot_quoted(box.title);
  return dot_quoted(box.title) + " + \"\\n\" + " + dot_quoted(box.path);
}

std::string box_line(size_t number, const DrawnBox& box) {
  const BoxColour& colour = colour_of(box.source);
  return fmt::format("  n{} [label={}, fillcolor=\"{}\", color=\"{}\"];\n", number, box_label(box),
                     colour.fill, colour.line);
}

std::string arrow_style(loader::FoundBy source) {
  if (source == loader::FoundBy::kAlreadyLoaded) return "color=\"#b0b0b0\"";
  if (source == loader::FoundBy::kNotFound)
    return fmt::format("color=\"{}\"", colour_of(source).line);
  return fmt::format("label={}", dot_quoted(loader::found_by_name(source)));
}

std::string arrow_line(const DrawnArrow& arrow) {
  return fmt::format("  n{} -> n{} [{}];\n", arrow.from, arrow.to, arrow_style(arrow.source));
}

}  // namespace

std::string render_dot(const std::vector<loader::LinkMap>& maps, const loader::LinkFilter& filter) {
  const LinkDrawing drawing = draw_link_maps(maps, filter);
  std::string text =
      "digraph lddtree {\n"
      "  rankdir=LR;\n"
      "  node [shape=box, style=filled, fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (size_t i = 0; i < drawing.boxes.size(); ++i) text += box_line(i, drawing.boxes[i]);
  for (const DrawnArrow& arrow : drawing.arrows) text += arrow_line(arrow);
  return text + "}\n";
}

}  // namespace elfwheel::report
