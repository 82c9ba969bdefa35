// Link maps as a Mermaid flowchart.
#include <fmt/format.h>

#include <algorithm>

#include "report/link_drawing.h"
#include "report/markup.h"

namespace elfwheel::report {

namespace {

std::string box_line(size_t number, const DrawnBox& box) {
  std::string label = mermaid_quoted(box.title);
  if (!box.path.empty()) {
    label.pop_back();
    label += "<br>" + mermaid_quoted(box.path).substr(1);
  }
  return fmt::format("  n{}[{}]:::{}\n", number, label, colour_of(box.source).word);
}

// A dotted arrow leads to what was loaded already.
std::string arrow_sign(loader::FoundBy source) {
  if (source == loader::FoundBy::kAlreadyLoaded) return "-.->";
  if (source == loader::FoundBy::kNotFound) return "-->";
  return fmt::format("-->|{}|", mermaid_quoted(loader::found_by_name(source)));
}

std::string arrow_line(const DrawnArrow& arrow) {
  return fmt::format("  n{} {} n{}\n", arrow.from, arrow_sign(arrow.source), arrow.to);
}

// The settings "maxEdges" and "maxTextSize" of Mermaid 10 and 11, which no picture can change
// itself.
constexpr size_t kMostArrows = 500;
constexpr size_t kLongestText = 50'000;

size_t count_arrows(std::string_view picture) {
  size_t count = 0;
  while (!picture.empty()) {
    const std::string_view line = picture.substr(0, picture.find('\n'));
    picture.remove_prefix(std::min(picture.size(), line.size() + 1));
    // Boxes are the other lines that begin so. No bracket stands in a label.
    if (line.starts_with("  n") && line.find('[') == line.npos) ++count;
  }
  return count;
}

}  // namespace

std::string mermaid_refusal(std::string_view picture) {
  const size_t arrows = count_arrows(picture);
  if (arrows > kMostArrows)
    return fmt::format("{} arrows; Mermaid draws {} unless maxEdges is set", arrows, kMostArrows);
  if (picture.size() > kLongestText) {
    return fmt::format("{} characters; Mermaid reads {} unless maxTextSize is set", picture.size(),
                       kLongestText);
  }
  return "";
}

std::string render_mermaid(const std::vector<loader::LinkMap>& maps,
                           const loader::LinkFilter& filter) {
  const LinkDrawing drawing = draw_link_maps(maps, filter);
  std::string text = "flowchart LR\n";
  for (size_t i = 0; i < drawing.boxes.size(); ++i) text += box_line(i, drawing.boxes[i]);
  for (const DrawnArrow& arrow : drawing.arrows) text += arrow_line(arrow);
  for (const BoxColour& colour : kBoxColours) {
    text += fmt::format("  classDef {} fill:{},stroke:{},color:#000\n", colour.word, colour.fill,
                        colour.line);
  }
  return text;
}

}  // namespace elfwheel::report
