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
<meta name="viewport" content="width=device-width, initial-scale=1">
)html";

// Boxes are light in both schemes, so that one table of colours serves. Paper is always white.
constexpr std::string_view kStyle = R"html(<style>
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1d1d1f; --dim: #5f6368; --rule: #d5d7da; --alarm: #b00020;
  --link: #0b57d0; --hit: #fff0a3; --here: #ffc94d;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #1b1c1e; --text: #e4e4e6; --dim: #a3a7ad; --rule: #45484d; --alarm: #ff9d96;
    --link: #9cc2ff; --hit: #4d430f; --here: #6b5000;
  }
}
body { font: 15px/1.5 sans-serif; margin: 0 1.5em 3em; color: var(--text); background: var(--page); }
.bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center;
  gap: .4em .8em; padding: .8em 0 .6em; background: var(--page);
  border-bottom: 1px solid var(--rule); }
.bar input, .bar button { font: inherit; }
#search { flex: 0 1 24em; min-width: 8em; }
#count { min-width: 6em; color: var(--dim); }
.legend { color: var(--dim); line-height: 2; }
.legend .key { margin-right: .2em; }
a { color: var(--link); }
.toc { padding-left: 1.2em; overflow-wrap: anywhere; }
.file { margin-top: 1.6em; }
.file > .line { font-size: 1.1em; }
h2 { display: inline; font-size: inherit; }
.sum { margin: .3em 0 .3em 1.2em; overflow-wrap: anywhere; }
.sum p { margin: 0; }
.entry { margin-left: .5em; padding-left: .9em; border-left: 1px solid var(--rule); }
.line { display: block; position: relative; padding: .1em .3em .1em 1.2em; border-radius: .3em;
  overflow-wrap: anywhere; list-style: none; }
.file, .entry, .line { scroll-margin: 5em; }
.line::-webkit-details-marker { display: none; }
summary { cursor: pointer; }
summary::before { content: "▸"; position: absolute; left: 0; color: var(--dim); }
[open] > summary::before { content: "▾"; }
.name { font-weight: 500; }
.file > .line .name, .entry:not(.again) > .line > .name, .key { padding: 0 .4em;
  border: 1px solid; border-radius: .3em; color: #111;
  box-decoration-break: clone; -webkit-box-decoration-break: clone; print-color-adjust: exact; }
.path { font-family: monospace; }
.how { color: var(--dim); }
.again > .line { color: var(--dim); text-decoration: none; }
.again > .line:hover .name { text-decoration: underline; }
.alarm, .again .alarm { color: var(--alarm); }
.more { font: inherit; font-size: .8em; margin-left: .6em; padding: 0 .4em;
  color: var(--dim); background: none; border: 1px solid var(--rule); border-radius: .3em;
  cursor: pointer; user-select: none; }
.more:hover { color: var(--text); border-color: currentcolor; }
.more[aria-expanded="true"] { background: var(--rule); color: var(--text); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0 1em;
  margin: .2em 0 .6em 1.5em; font-size: .9em; }
.facts[hidden] { display: none; }
.facts dt { grid-column: 1; color: var(--dim); }
.facts dd { grid-column: 2; margin: 0; font-family: monospace; overflow-wrap: anywhere; }
.hit > .line, .hit > .line .how, .hit > .line .more { color: var(--text); }
.hit > .line { background: var(--hit); }
.hit.here > .line, .line:target, :target > .line { background: var(--here); }
.gone, .once .again { display: none; }
@media print {
  body { margin: 0; font-size: 10pt; }
  .bar, .more { display: none; }
  .line { break-inside: avoid; }
}
)html";

constexpr std::string_view kWithoutScript = R"html(<noscript><style>
.bar, .more { display: none; }
.facts[hidden] { display: grid; }
</style></noscript>
)html";

constexpr std::string_view kBar = R"html(<div class="bar">
<input id="search" type="search" placeholder="Search names and paths ( / )"
       aria-label="Search names and paths" autocomplete="off" spellcheck="false">
<span id="count" role="status"></span>
<button type="button" id="unfold">Unfold all</button>
<button type="button" id="fold">Fold all</button>
<label><input id="repeats" type="checkbox" autocomplete="off" checked> show what is already loaded</label>
</div>
)html";

// The search shows what matches and what leads there. It opens, but never closes.
constexpr std::string_view kScript = R"html(<script>
"use strict";
const byId = (id) => document.getElementById(id);
const [search, count, repeats] = ["search", "count", "repeats"].map(byId);
const entries = [...document.querySelectorAll(".entry, .file")];
const holder = (at) => at.parentElement.closest(".entry, .file");
const lineOf = (entry) => entry.querySelector(".line");
const texts = new Map(entries.map((entry) => [
  entry, [...lineOf(entry).querySelectorAll(".name, .path, .how, .alarm")]
      .map((part) => part.textContent).join(" ").toLowerCase()]));
let hits = [];
let here = -1;

function tell() {
  if (search.value.trim() === "") count.textContent = "";
  else count.textContent = here < 0 ? hits.length + " found" : (here + 1) + " of " + hits.length;
}

function unfoldTo(entry) {
  for (let at = holder(entry); at; at = holder(at)) at.open = true;
}

function find() {
  const wanted = search.value.trim().toLowerCase();
  const isShown = (entry) => repeats.checked || !entry.classList.contains("again");
  hits = wanted === "" ? []
      : entries.filter((entry) => isShown(entry) && texts.get(entry).includes(wanted));
  here = -1;
  const kept = new Set();
  for (const hit of hits) {
    unfoldTo(hit);
    for (let at = hit; at; at = holder(at)) kept.add(at);
  }
  const found = new Set(hits);
  for (const entry of entries) {
    entry.classList.remove("here");
    entry.classList.toggle("hit", found.has(entry));
    entry.classList.toggle("gone", wanted !== "" && !kept.has(entry));
  }
  tell();
}

function goTo(step) {
  if (hits.length === 0) return;
  if (here >= 0) hits[here].classList.remove("here");
  here = here < 0 && step < 0 ? hits.length - 1 : (here + step + hits.length) % hits.length;
  hits[here].classList.add("here");
  unfoldTo(hits[here]);
  lineOf(hits[here]).scrollIntoView({block: "nearest"});
  tell();
}

function clearSearch() {
  search.value = "";
  find();
}

search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") goTo(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") clearSearch();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === search || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  search.select();
});
repeats.addEventListener("change", () => {
  document.body.classList.toggle("once", !repeats.checked);
  find();
});
byId("unfold").addEventListener("click", () => {
  for (const entry of entries) if (entry.matches("details")) entry.open = true;
});
byId("fold").addEventListener("click", () => {
  for (const entry of entries) if (entry.matches("details.entry")) entry.open = false;
});
document.addEventListener("click", (event) => {
  const more = event.target.closest(".more");
  if (more) {
    event.preventDefault();
    const facts = more.closest(".line").nextElementSibling;
    facts.hidden = !facts.hidden;
    more.setAttribute("aria-expanded", String(!facts.hidden));
    return;
  }
  const link = event.target.closest("a[href^='#']");
  const target = link && byId(link.hash.slice(1));
  if (!target) return;
  if (target.closest(".gone")) clearSearch();
  unfoldTo(target);
});
</script>
)html";

std::string colour_rules() {
  std::string rules;
  for (const BoxColour& colour : kBoxColours) {
    rules += fmt::format(
        ".file.{0} > .line .name, .entry.{0} > .line > .name, .key.{0} "
        "{{ background: {1}; border-color: {2}; }}\n",
        colour.word, colour.fill, colour.line);
  }
  return rules;
}

std::string_view meaning(loader::FoundBy source) {
  if (source == loader::FoundBy::kRoot) return "the file";
  if (source == loader::FoundBy::kAlreadyLoaded) return "the loader";
  if (source == loader::FoundBy::kNotFound) return "not found";
  return loader::found_by_name(source);
}

std::string legend(const std::vector<loader::FoundBy>& sources) {
  std::string html = "<p class=\"legend\">Colours:\n";
  for (const loader::FoundBy source : sources) {
    html +=
        fmt::format("<span class=\"key {}\">{}</span>\n", colour_of(source).word, meaning(source));
  }
  return html + "</p>\n";
}

}  // namespace

std::string html_page(const HtmlReport& report) {
  std::string page(kHead);
  page += "<title>" + html_escaped(report.title) + "</title>\n";
  page += kStyle;
  page += colour_rules() + "</style>\n";
  page += kWithoutScript;
  page += "</head>\n<body>\n";
  page += kBar;
  page += legend(report.sources) + report.body;
  page += kScript;
  return page + "</body>\n</html>\n";
}

}  // namespace elfwheel::report
