"""An SVG picture of a page as Chromium lays it out: each line of text, and each box with an edge or a
ground, where they are on the page. Colours are the page's own, for light and for dark readers.
"""

import json
from html import escape

from support.browser import Browser, Tab

# Every box and line of text that is visible, in the order of painting.
LAYOUT = """(() => {
  const shapes = [];
  const shown = (color) => !/, 0\\)$/.test(color);
  const place = (r) => [r.x + scrollX, r.y + scrollY, r.width, r.height]
      .map((v) => Math.round(v * 10) / 10);
  const draw = (e) => {
    if (!e.checkVisibility()) return;
    const s = getComputedStyle(e);
    if (e !== document.body && e !== document.documentElement) {
      const ground = shown(s.backgroundColor) ? s.backgroundColor : null;
      const edge = (side) => parseFloat(s[`border${side}Width`]) > 0;
      if (ground || edge("Right")) for (const r of e.getClientRects())
        shapes.push({box: place(r), ground, edge: edge("Right") ? s.borderRightColor : null,
                     round: parseFloat(s.borderTopLeftRadius) || 0});
      const r = place(e.getBoundingClientRect());
      if (!edge("Right") && edge("Left"))
        shapes.push({line: [r[0], r[1], r[0], r[1] + r[3]], edge: s.borderLeftColor});
      if (!edge("Right") && edge("Bottom"))
        shapes.push({line: [r[0], r[1] + r[3], r[0] + r[2], r[1] + r[3]],
                     edge: s.borderBottomColor});
    }
    if (e.matches("summary")) {
      const b = getComputedStyle(e, "::before");
      const r = e.getBoundingClientRect();
      const size = parseFloat(b.fontSize);
      shapes.push({text: b.content.slice(1, -1), box: place({x: r.x, y: r.y + 1, width: size * 0.7,
                   height: size * 1.5}), color: b.color, size, mono: false, link: false});
    }
    if (e.placeholder || e.type === "checkbox") {
      const r = e.getBoundingClientRect();
      const mark = e.type === "checkbox";
      shapes.push({text: mark ? "☑" : e.placeholder, free: true,
                   box: place({x: r.x + (mark ? 0 : 4), y: r.y, width: r.width, height: r.height}),
                   color: mark ? s.color : getComputedStyle(e, "::placeholder").color,
                   size: parseFloat(s.fontSize), mono: false, link: false});
    }
    for (const child of e.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE) draw(child);
      if (child.nodeType === Node.TEXT_NODE) for (const [text, r] of lines(child))
        shapes.push({text, box: place(r), color: s.color, size: parseFloat(s.fontSize),
                     mono: /monospace/.test(s.fontFamily),
                     link: s.textDecorationLine === "underline"});
    }
  };
  const lines = (node) => {
    const found = [];
    const range = document.createRange();
    let begin = 0;
    const close = (end) => {
      const text = node.data.slice(begin, end);
      range.setStart(node, begin + text.length - text.trimStart().length);
      range.setEnd(node, begin + text.trimEnd().length);
      if (text.trim()) found.push([text.trim(), range.getClientRects()[0]]);
      begin = end;
    };
    let top = null;
    for (let i = 0; i < node.data.length; ++i) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const r = range.getClientRects()[0];
      if (!r || r.width === 0) continue;
      if (top !== null && r.top > top + 3) close(i);
      top = r.top;
    }
    close(node.data.length);
    return found;
  };
  draw(document.body);
  return shapes;
})()"""
PAGE = "getComputedStyle(document.body).backgroundColor"
HEIGHT = "Math.ceil(document.body.getBoundingClientRect().bottom + 12)"


class Colours:
    """A class of CSS for each pair of a light and a dark colour."""

    def __init__(self):
        self._names: dict[tuple[str, str], str] = {}

    def name(self, light: str, dark: str) -> str:
        return self._names.setdefault((light, dark), f"c{len(self._names)}")

    def css(self) -> str:
        def rules(which: int) -> str:
            return "".join(f".{name}{{fill:{pair[which]}}}.{name}s{{stroke:{pair[which]}}}"
                           for pair, name in self._names.items())

        return f"{rules(0)}@media (prefers-color-scheme:dark){{{rules(1)}}}"


def element(light: dict, dark: dict, colours: Colours) -> str:
    if "line" in light:
        x1, y1, x2, y2 = light["line"]
        stroke = colours.name(light["edge"], dark["edge"])
        return f'<path class="{stroke}s" d="M{x1} {y1}L{x2} {y2}"/>'
    x, y, width, height = light["box"]
    if "text" not in light:
        fill = colours.name(light["ground"], dark["ground"]) if light["ground"] else "no"
        stroke = f' {colours.name(light["edge"], dark["edge"])}s' if light["edge"] else ""
        return (f'<rect class="{fill}{stroke}" x="{x}" y="{y}" width="{width}" height="{height}" '
                f'rx="{light["round"]:g}"/>')
    kinds = [colours.name(light["color"], dark["color"]), "m" if light["mono"] else "t"]
    kinds += ["u"] if light["link"] else []
    # Another reader's font may be wider: the text is made as wide as it was here.
    length = "" if "free" in light else f' textLength="{width}" lengthAdjust="spacingAndGlyphs"'
    baseline = round(y + height / 2 + light["size"] * 0.35, 1)
    return (f'<text class="{" ".join(kinds)}" x="{x}" y="{baseline}" '
            f'font-size="{light["size"]:g}"{length}>{escape(light["text"])}</text>')


def draw(browser: Browser, url: str, width: int, click: str, title: str) -> str:
    """The picture of that page after a click on the first element that `click` selects."""
    layouts = []
    for dark in (False, True):
        tab = Tab(browser, url, width=width, dark=dark)
        tab.click(click)
        # Nothing has the focus, whose ring would be drawn.
        tab.eval("document.activeElement.blur()")
        layouts.append((tab.eval(LAYOUT), tab.eval(PAGE), tab.eval(HEIGHT)))
        tab.close()
    (light, light_page, height), (dark, dark_page, _) = layouts
    assert len(light) == len(dark), json.dumps([light, dark])
    colours = Colours()
    page = colours.name(light_page, dark_page)
    shapes = [element(a, b, colours) for a, b in zip(light, dark)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>.no{{fill:none}}.t{{font-family:sans-serif}}.m{{font-family:monospace}}"
        f".u{{text-decoration:underline}}{colours.css()}</style>",
        f'<rect class="{page}" width="{width}" height="{height}"/>', *shapes, "</svg>", ""])
