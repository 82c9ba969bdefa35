#include "report/html_page.h"

#include <fmt/format.h>

#include "report/link_drawing.h"
#include "report/markup.h"

namespace elfwheel::report {

namespace {

// The policy lets the page's own style and script run and nothing be fetched, whatever a name in it
// might manage to say.
constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
)html";

constexpr std::string_view kStyle = R"html(<style>
body { font: 15px/1.5 sans-serif; margin: 1.5em; color: #222; background: #fff; }
h2 { font-size: 1.1em; margin-bottom: .3em; }
.bar { position: sticky; top: 0; padding: .5em 0; background: #fff; }
#search { font: inherit; width: 24em; max-width: 90%; }
.entry { margin-left: 1.4em; }
.again { padding-left: 1em; }
.line { text-decoration: none; color: inherit; }
summary { cursor: pointer; }
.name, .key { padding: 0 .4em; border: 1px solid; border-radius: .3em; }
.path { font-family: monospace; color: #444; }
.how, .again .name { color: #777; }
.facts { margin-left: 1.4em; font-size: .9em; color: #444; }
.facts dd { font-family: monospace; margin-left: 2em; overflow-wrap: anywhere; }
.alarm { color: #c00000; }
.hit > .line { background: #ffff9c; }
.gone { display: none; }
)html";

constexpr std::string_view kBar = R"html(<div class="bar">
<input id="search" type="search" placeholder="Search names and paths" autocomplete="off">
<span id="count"></span>
</div>
)html";

// Shows what matches and what leads there. Opens, but never closes.
constexpr std::string_view kScript = R"html(<script>
"use strict";
const search = document.getElementById("search");
const count = document.getElementById("count");
const entries = [...document.querySelectorAll(".entry")];
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  for (const entry of entries) entry.classList.remove("hit", "gone");
  count.textContent = "";
  if (wanted === "") return;
  const wants = (entry) =>
      entry.querySelector(".line").textContent.toLowerCase().includes(wanted);
  const hits = entries.filter(wants);
  const kept = new Set();
  for (const hit of hits) {
    hit.classList.add("hit");
    for (let at = hit; at; at = at.parentElement.closest(".entry")) {
      kept.add(at);
      if (at !== hit) at.open = true;
    }
  }
  for (const entry of entries) entry.classList.toggle("gone", !kept.has(entry));
  count.textContent = hits.length + " found";
});
</script>
)html";

std::string colour_rules() {
  std::string rules;
  for (const BoxColour& colour : kBoxColours) {
    rules +=
        fmt::format(".{0} > .line > .name, .key.{0} {{ background: {1}; border-color: {2}; }}\n",
                    colour.word, colour.fill, colour.line);
  }
  return rules;
}

std::string_view meaning(const BoxColour& colour) {
  if (colour.source == loader::FoundBy::kRoot) return "the file";
  if (colour.source == loader::FoundBy::kAlreadyLoaded) return "the loader";
  if (colour.source == loader::FoundBy::kNotFound) return "not found";
  return loader::found_by_name(colour.source);
}

std::string legend() {
  std::string keys;
  for (const BoxColour& colour : kBoxColours)
    keys += fmt::format("<span class=\"key {}\">{}</span>\n", colour.word, meaning(colour));
  return "<p>\n" + keys + "</p>\n";
}

}  // namespace

std::string html_page(std::string_view title, const std::string& body) {
  std::string page(kHead);
  page += "<title>" + html_escaped(title) + "</title>\n";
  page += kStyle;
  page += colour_rules() + "</style>\n</head>\n<body>\n";
  page += kBar;
  page += legend() + body;
  page += kScript;
  return page + "</body>\n</html>\n";
}

}  // namespace elfwheel::report
