"""Pages and pictures of `elfwheel lddtree` where people look at them: the page in Chromium, with its
own script and real clicks and keys; Mermaid's pictures drawn by Mermaid in that browser."""

import json
import re

import pytest
from support.browser import Browser, Tab
from support.checkout import VENVS, elfwheel, run

HOSTILE = ['"><script src=//x>alert(1)</script><img onerror=\'x\' src="', "<b>&amp;</b>", "#35;]:::x",
           "new\nline", "right\u202eleft", "%%{init}", "a`$(x)`;end", "x --> {}|", "ünïcödé→漢",
           "x" * 250 + ".so"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """open_page(*arguments of lddtree) is its page in a tab. At the end nothing must have been asked
    for but the page, and nothing complained of."""
    tabs = []

    def open_(*arguments, expect=0, **options) -> Tab:
        file = tmp_path / f"page{len(tabs)}.html"
        text = run(elfwheel(), "lddtree", "--format", "html", *arguments, expect=expect).stdout
        file.write_text(text, encoding="utf-8")
        tabs.append((Tab(browser, file.as_uri(), **options), file))
        return tabs[-1][0]

    yield open_
    for tab, file in tabs:
        tab.eval("new Promise((done) => setTimeout(done))")
        assert tab.requests() == [file.as_uri()]
        assert tab.complaints() == []
        tab.close()


def as_json(*arguments, expect=0):
    return json.loads(run(elfwheel(), "lddtree", "--json", *arguments, expect=expect).stdout)


def add_needs(file, names):
    run(elfwheel(), "patchelf", *[word for name in names for word in ("--add-needed", name)], file)


@pytest.fixture
def hostile_app(compile_c, tmp_path):
    app = compile_c(tmp_path / "app.so", "int x;\n", "-nostdlib")
    add_needs(app, HOSTILE)
    library = compile_c(tmp_path / ("long/" * 60) / "liblong.so", "int y;\n", "-nostdlib")
    run(elfwheel(), "add-needed", library, app)
    run(elfwheel(), "set-rpath", "/<b>:/&amp;:$ORIGIN", app)
    return app


VISIBLE = "[...document.querySelectorAll('.entry, .file')].filter((e) => e.checkVisibility())"
NAMES = "[...document.querySelectorAll('.entry:not(.again) > .line > .name')]"


def visible(tab: Tab) -> list[str]:
    return tab.eval(f"{VISIBLE}.map((e) => e.querySelector('.name').textContent)")


# the page


def test_the_page_has_the_libraries_and_needs_of_the_json(open_page):
    for file in ("/usr/bin/git", "/usr/bin/gdb"):
        tab, answer = open_page(file), as_json(file)
        names = tab.eval(f"{NAMES}.map((e) => e.textContent)")
        assert sorted(names) == sorted(answer["libs"])
        needs = sum(len(set(lib["requested_by"])) for lib in answer["libs"].values())
        assert tab.eval("document.querySelectorAll('.entry').length") == needs
        assert tab.eval("document.querySelector('.sum').innerText") == \
            f"{len(names)} libraries; libc: glibc"
        assert len(visible(tab)) == needs + 1


def test_hostile_names_are_text(open_page, hostile_app, browser):
    tab = open_page(hostile_app, expect=1, width=700)
    written = [name.replace("\n", "\\n").replace("\u202e", "\\u202e") for name in HOSTILE]
    names = tab.eval(f"{NAMES}.map((e) => e.textContent)")
    assert sorted(names[1:] if names[0] not in written else names[:-1]) == sorted(written)
    assert tab.eval("document.querySelectorAll('script, img, b').length") == 1
    assert tab.eval("document.querySelectorAll('.ismissing').length") - 1 == len(HOSTILE)  # and a key
    # No name makes the page wider than the window.
    assert tab.eval("document.documentElement.scrollWidth <= innerWidth")
    tab.eval("document.querySelectorAll('.more').forEach((button) => button.click())")
    assert tab.eval("document.documentElement.scrollWidth <= innerWidth")


def test_folding(open_page):
    tab = open_page("/usr/bin/git")
    all_names = visible(tab)
    tab.click("#fold")
    assert visible(tab) == ["/usr/bin/git", *as_json("/usr/bin/git")["needed"]]
    tab.click("#unfold")
    assert visible(tab) == all_names
    tab.click(".file > .line h2")
    assert visible(tab) == ["/usr/bin/git"]
    # By keyboard: the line that was clicked has the focus.
    tab.press(" ")
    assert visible(tab) == all_names
    tab.click("#repeats")
    assert sorted(visible(tab)) == sorted(["/usr/bin/git", *as_json("/usr/bin/git")["libs"]])


def test_facts_come_by_a_click_that_does_not_fold(open_page):
    tab = open_page("/usr/bin/git")
    state = ("(() => { const e = document.querySelector('.entry');"
             "const f = e.querySelector('.facts'); return [e.open, f.checkVisibility(), "
             "e.querySelector('.more').ariaExpanded]; })()")
    assert tab.eval(state) == [True, False, "false"]
    tab.click(".entry .more")
    assert tab.eval(state) == [True, True, "true"]
    name, library = next(iter(as_json("/usr/bin/git")["libs"].items()))
    facts = tab.eval("document.querySelector('.entry .facts').innerText").split("\n")
    assert facts[:4] == ["real path", library["realpath"], "soname", name]
    tab.press(" ")  # the button has the focus
    assert tab.eval(state) == [True, False, "false"]


def test_the_search_shows_what_matches_and_what_leads_there(open_page):
    tab = open_page("/usr/bin/gdb")
    answer = as_json("/usr/bin/gdb")
    tab.click("#fold")
    tab.press("/")
    tab.type("LIBEXPAT")
    hits = tab.eval("[...document.querySelectorAll('.hit')].map((e) => "
                    "[e.checkVisibility(), e.querySelector('.name').textContent])")
    askers = answer["libs"]["libexpat.so.1"]["requested_by"]
    assert hits == [[True, "libexpat.so.1"]] * len(askers)
    assert tab.eval("document.getElementById('count').textContent") == f"{len(hits)} found"
    # All that is shown is a hit or holds one.
    assert tab.eval(f"{VISIBLE}.every((e) => e.matches('.hit') || e.querySelector('.hit'))")
    for key, shift, number in (("Enter", False, 1), ("Enter", True, len(hits)),
                               ("Enter", False, 1)):
        tab.press(key, shift)
        assert tab.eval("document.getElementById('count').textContent") == f"{number} of {len(hits)}"
        assert tab.eval(f"[...document.querySelectorAll('.hit')].map((e) => e.matches('.here'))") == \
            [i == number - 1 for i in range(len(hits))]
    tab.press("Escape")
    assert tab.eval("document.querySelectorAll('.hit, .gone, .here').length") == 0
    assert tab.eval("document.getElementById('count').textContent") == ""
    tab.type("no such library")
    assert visible(tab) == []
    assert tab.eval("document.getElementById('count').textContent") == "0 found"


def test_links_lead_to_what_is_folded_or_not_found_by_the_search(open_page):
    tab = open_page("/usr/bin/git", "/usr/bin/gdb")
    target = ("(() => { const e = document.querySelector(':target'); if (!e) return null;"
              "const r = e.querySelector('.line').getBoundingClientRect();"
              "const bar = document.querySelector('.bar').getBoundingClientRect();"
              "return [e.id, e.checkVisibility(), r.top >= bar.bottom && r.bottom <= innerHeight]; })()")
    tab.click(".toc li:nth-child(2) a")
    assert tab.eval(target) == ["m1n0", True, True]
    link = tab.eval("(() => { const a = [...document.querySelectorAll('#m1n0 .again > a')].at(-1);"
                    "a.id = 'last'; return a.hash.slice(1); })()")
    tab.eval("document.querySelectorAll('#m1n0 details').forEach((e) => { if (!e.querySelector("
             "'#last')) e.open = false; })")
    tab.eval("search.value = document.querySelector('#last').textContent; "
             "entries.forEach((e) => e.classList.toggle('gone', !e.querySelector('#last')))")
    tab.click("#last")
    assert tab.eval(target) == [link, True, True]
    assert tab.eval("search.value") == ""


LOW_CONTRAST = """(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const v = c[i] / 255;
    return sum + part * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    throw new Error("no background");
  };
  const low = new Set();
  for (const e of document.body.querySelectorAll(
      ".key, .name, .path, .how, .alarm, .more, dt, dd, a, p, #count, label, h2")) {
    if (!e.checkVisibility()) continue;
    const pair = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) low.add(e.tagName + "." + e.className + " " + contrast);
  }
  return [...low];
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_what_is_behind_it(dark, open_page, hostile_app):
    """WCAG 2.1, 1.4.3: at least 4.5 : 1, also for hits of a search."""
    tab = open_page(hostile_app, "/usr/bin/git", expect=1, dark=dark)
    background = tab.eval("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(27, 28, 30)" if dark else "rgb(255, 255, 255)")
    for step in ("0", "search.value = 's'; find(); goTo(1)",
                 "document.querySelectorAll('.more').forEach((button) => button.click())"):
        tab.eval(step)
        assert tab.eval(LOW_CONTRAST) == [], step


# Mermaid


@pytest.fixture
def mermaid(browser, tmp_path):
    script = next((VENVS / "mermaid").glob("lib/python*/site-packages/mermaidx/assets/mermaid.js"))
    page = tmp_path / "mermaid.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body><div id="picture"></div>'
                    f'<script src="{script.as_uri()}"></script>', encoding="utf-8")
    tab = Tab(browser, page.as_uri())
    tab.eval("mermaid.initialize({startOnLoad: false}), 0")
    yield tab
    assert tab.requests() == [page.as_uri(), script.as_uri()]
    assert tab.complaints() == []
    tab.close()


def draw(tab: Tab, text: str) -> tuple[list[list[str]], int]:
    """(label, class) of each box that Mermaid draws, and the number of arrows."""
    return tab.eval(f"""(async () => {{
      const {{svg}} = await mermaid.render("drawn", {json.dumps(text)});
      const picture = document.getElementById("picture");
      picture.innerHTML = svg;
      const lines = (e) => {{
        for (const b of e.querySelectorAll("br")) b.replaceWith("\\n");
        return e.textContent;
      }};
      return [[...picture.querySelectorAll("g.node")]
                  .map((e) => [lines(e).replaceAll("\\u2060", ""), e.classList[2]]),
              picture.querySelectorAll(".edgePaths path").length];
    }})()""")


@pytest.mark.parametrize("file", ["/usr/bin/git", "/usr/bin/gdb"])
def test_mermaid_draws_each_library_and_need(file, mermaid):
    boxes, arrows = draw(mermaid, run(elfwheel(), "lddtree", "--format", "mermaid", file).stdout)
    answer = as_json(file)
    expected = {f"{name}\n{lib['path']}" for name, lib in answer["libs"].items()} | {file}
    assert len(boxes) == len(expected) and {label for label, _ in boxes} == expected
    assert arrows == sum(len(set(lib["requested_by"])) for lib in answer["libs"].values())
    assert dict(map(tuple, boxes))[file] == "fromuser"


def test_mermaid_draws_hostile_names_as_they_are(mermaid, hostile_app, tmp_path):
    text = run(elfwheel(), "lddtree", "--format", "mermaid", hostile_app, expect=1).stdout
    boxes, arrows = draw(mermaid, text)
    missing = {label for label, kind in boxes if kind == "ismissing"}
    assert missing == {name.replace("\n", "\\n").replace("\u202e", "\\u202e") + "\nnot found"
                       for name in HOSTILE}
    assert len(boxes) == len(HOSTILE) + 2 and arrows == len(HOSTILE) + 1
    assert mermaid.eval("document.querySelectorAll('#picture script, #picture img, #picture b')"
                        ".length") == 0


def test_mermaid_refuses_what_elfwheel_says_it_refuses(mermaid, compile_c, tmp_path):
    app = compile_c(tmp_path / "app.so", "int x;\n", "-nostdlib")
    add_needs(app, [f"lib{number}.so" for number in range(501)])
    done = run(elfwheel(), "lddtree", "--format", "mermaid", app, expect=1)
    assert done.stderr.startswith("elfwheel: 501 arrows; ")
    with pytest.raises(AssertionError, match="the limit is 500"):
        draw(mermaid, done.stdout)
    lines = done.stdout.splitlines(keepends=True)
    one_less = "".join(line for line in lines if not re.match(r"  n0 --> n501\b", line))
    assert len(draw(mermaid, one_less)[0]) == 502
