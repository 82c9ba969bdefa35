// Dot and Mermaid. What their programs make of it is in tests/cli.
#include <gtest/gtest.h>

#include "elfwheel/report/link_map.h"
#include "support/link_map_builder.h"

namespace elfwheel::report {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using test::object;
using test::request;

LinkMap app(const std::string& root) {
  LinkMap map;
  map.objects = {object(root, {}), object("/opt/liba.so", {}, FoundBy::kRunpath)};
  map.requests = {request(0, "liba.so", 1, FoundBy::kRunpath),
                  request(1, "libgone.so", std::nullopt, FoundBy::kNotFound),
                  request(1, "liba.so", 1, FoundBy::kAlreadyLoaded)};
  return map;
}

std::string lines_with(const std::string& text, const std::string& mark) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at + 1);
    if (line.find(mark) != std::string::npos) result += line;
    at = end + 1;
  }
  return result;
}

TEST(DotPicture, HasABoxForEachFileAndAnArrowForEachRequest) {
  EXPECT_EQ(render_dot({app("/app")}),
            "digraph lddtree {\n"
            "  rankdir=LR;\n"
            "  node [shape=box, style=filled, fontname=\"sans-serif\"];\n"
            "  edge [fontname=\"sans-serif\", fontsize=10];\n"
            "  n0 [label=\"/app\", fillcolor=\"#fff3b0\", color=\"#444444\"];\n"
            "  n1 [label=\"liba.so\" + \"\\n\" + \"/opt/liba.so\", fillcolor=\"#cfe2ff\", "
            "color=\"#1f5fa8\"];\n"
            "  n2 [label=\"libgone.so\" + \"\\n\" + \"not found\", fillcolor=\"#ffd6d6\", "
            "color=\"#c00000\"];\n"
            "  n0 -> n1 [label=\"runpath\"];\n"
            "  n1 -> n2 [color=\"#c00000\"];\n"
            "  n1 -> n1 [color=\"#b0b0b0\"];\n"
            "}\n");
}

TEST(DotPicture, HasOneBoxForAFileOfSeveralMaps) {
  const std::string text = render_dot({app("/app"), app("/other")});
  EXPECT_EQ(lines_with(text, " -> "),
            "  n0 -> n1 [label=\"runpath\"];\n"
            "  n1 -> n2 [color=\"#c00000\"];\n"
            "  n1 -> n1 [color=\"#b0b0b0\"];\n"
            "  n3 -> n1 [label=\"runpath\"];\n");
}

TEST(DotPicture, LeavesOutWhatIsDeeper) {
  loader::LinkFilter filter;
  filter.depth = 1;
  EXPECT_EQ(lines_with(render_dot({app("/app")}, filter), "n1 ->"), "");
}

TEST(MermaidPicture, HasABoxForEachFileAndAnArrowForEachRequest) {
  const std::string text = render_mermaid({app("/app")});
  EXPECT_EQ(text.substr(0, text.find("  classDef")),
            "flowchart LR\n"
            "  n0[\"/app\"]:::fromuser\n"
            "  n1[\"liba.so<br>/opt/liba.so\"]:::byrunpath\n"
            "  n2[\"libgone.so<br>not#32;found\"]:::ismissing\n"
            "  n0 -->|\"runpath\"| n1\n"
            "  n1 --> n2\n"
            "  n1 -.-> n1\n");
}

TEST(Pictures, KeepHostileNamesInTheirLabels) {
  LinkMap map = app("/a\"];\n}\\");
  map.requests[1].name = "\"]\n  n9 --> n0\xff";
  EXPECT_EQ(lines_with(render_dot({map}), "n0 ["),
            "  n0 [label=\"/a\\\"];\\\\n}\\\\\", fillcolor=\"#fff3b0\", color=\"#444444\"];\n");
  const std::string mermaid = render_mermaid({map});
  EXPECT_EQ(lines_with(mermaid, "n0["),
            "  n0[\"/a#34;#93;#59;#92;#8288;n#125;#92;\"]:::fromuser\n");
  EXPECT_EQ(lines_with(mermaid, "n2["),
            "  n2[\"#34;#93;#92;#8288;n#32;#32;n9#32;--#62;#32;n0#92;xff<br>not#32;found\"]"
            ":::ismissing\n");
}

}  // namespace
}  // namespace elfwheel::report
