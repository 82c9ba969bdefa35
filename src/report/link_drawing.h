// Link maps as one picture: boxes and arrows, with what is written on them. Dot and Mermaid are two
// ways to write it down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elfwheel/report/link_map.h"

namespace elfwheel::report {

struct DrawnBox {
  std::string title;
  std::string path;  // "" where it would say the same as the title
  loader::FoundBy source = loader::FoundBy::kNotFound;
};

struct DrawnArrow {
  size_t from = 0;
  size_t to = 0;
  loader::FoundBy source = loader::FoundBy::kNotFound;  // for this asker
};

// A file that stands in several maps is one box (by its real path), and so is a missing name. Boxes
// and arrows stand in the loader's order, none twice.
struct LinkDrawing {
  std::vector<DrawnBox> boxes;
  std::vector<DrawnArrow> arrows;
};

LinkDrawing draw_link_maps(const std::vector<loader::LinkMap>& maps,
                           const loader::LinkFilter& filter);

// How a box looks by where its file came from.
struct BoxColour {
  loader::FoundBy source;
  // An identifier that is no word of Mermaid's, nor a class of the pictures it makes.
  std::string_view word;
  std::string_view fill;
  std::string_view line;
};
inline constexpr BoxColour kBoxColours[] = {
    {loader::FoundBy::kRoot, "fromuser", "#fff3b0", "#444444"},
    {loader::FoundBy::kRpath, "byrpath", "#ddd0f0", "#6a4c93"},
    {loader::FoundBy::kRunpath, "byrunpath", "#cfe2ff", "#1f5fa8"},
    {loader::FoundBy::kLibraryPath, "bylibrarypath", "#ffe0b8", "#b26a00"},
    {loader::FoundBy::kPreload, "bypreload", "#ffd0c0", "#b23c17"},
    {loader::FoundBy::kCache, "bycache", "#eeeeee", "#808080"},
    {loader::FoundBy::kDefault, "bydefault", "#e4f0e4", "#5f875f"},
    {loader::FoundBy::kPath, "bypath", "#d0f0ee", "#1d7874"},
    {loader::FoundBy::kAlreadyLoaded, "isloader", "#ffffff", "#808080"},
    {loader::FoundBy::kNotFound, "ismissing", "#ffd6d6", "#c00000"},
};
const BoxColour& colour_of(loader::FoundBy source);

}  // namespace elfwheel::report
