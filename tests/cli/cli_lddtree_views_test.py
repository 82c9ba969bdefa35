"""Views of `elfwheel lddtree`: flat against ldd, dot, mermaid and html read back, --why against an
enumeration in Python, --depth, --skip-system, --cpu, --libc."""

import html
import json
import random
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.checkout import elfwheel, environment, run

# What a file may be called and a picture must survive.
HOSTILE = ['a"b', "back\\slash\\", "new\nline", "&lt;b&gt;<i>", "#35;]:::x", "ünïcödé→漢",
           "%%{init}", "right\u202eleft", "sp ace -- > {}|", "`$(x)`;end"]


def lddtree(*arguments, expect=0, **variables) -> str:
    return run(elfwheel(), "lddtree", *arguments, expect=expect, **variables).stdout


def as_json(*arguments, expect=0) -> dict:
    return json.loads(lddtree("--format", "json", *arguments, expect=expect))


def machine_libraries(count: int) -> list[Path]:
    """Libraries of this machine that load by themselves, the same ones each time."""
    files = sorted({file.resolve() for file in Path("/usr/lib/x86_64-linux-gnu").glob("lib*.so*")
                    if file.is_file() and file.read_bytes()[:4] == b"\x7fELF"})
    return random.Random(5).sample(files, min(count, len(files)))


# flat


def test_flat_lists_what_ldd_lists():
    files = machine_libraries(120)
    assert len(files) > 60
    compared = 0
    for file in files:
        ldd = subprocess.run(["ldd", file], capture_output=True, text=True, env=environment())
        if ldd.returncode != 0 or "statically linked" in ldd.stdout:
            continue
        listed = re.findall(r"^\t(\S+) => (not found|/\S+)|^\t(/\S+) \(0x", ldd.stdout, re.M)
        expected = [path or loader for _, path, loader in listed]
        shown = run(elfwheel(), "lddtree", "--format", "flat", file, expect=None).stdout
        found = [re.fullmatch(r"\S+ => (not found|/\S+)(?: \(.*\))?", line).group(1)
                 for line in shown.splitlines()]
        assert found == expected, file
        compared += 1
    assert compared > 60


def test_flat_has_missing_names_where_ldd_has_them(compile_c, tmp_path):
    library = tmp_path / "lib"
    for name in ("gone", "late", "z"):
        compile_c(library / f"lib{name}.so", f"int {name}(void) {{ return 1; }}\n")
    compile_c(library / "liba.so", "int x;\n", "-Wl,--no-as-needed", f"-L{library}", "-llate", "-lz")
    app = compile_c(tmp_path / "app", "int main(void) { return 0; }\n", "-Wl,--no-as-needed",
                    f"-L{library}", "-la", "-lgone", "-lz", f"-Wl,-rpath,{library}",
                    "-Wl,--disable-new-dtags", "-Wl,--unresolved-symbols=ignore-in-shared-libs")
    (library / "libgone.so").unlink()
    (library / "liblate.so").unlink()
    ldd = subprocess.run(["ldd", app], capture_output=True, text=True, env=environment()).stdout
    expected = re.findall(r"^\t(\S+) => ", ldd, re.M)
    assert expected == ["liba.so", "libgone.so", "libz.so", "libc.so.6", "liblate.so"]
    shown = lddtree("--format", "flat", app, expect=1).splitlines()
    assert [line.split(" ")[0] for line in shown if "/ld-linux" not in line] == expected
    assert shown[1] == "libgone.so => not found"


def test_several_lists_have_headings():
    text = lddtree("--format", "flat", "/bin/ls", "/bin/cat")
    assert re.match(r"/bin/ls:\n(\S+ => .*\n)+/bin/cat:\n(\S+ => .*\n)+\Z", text)
    assert not lddtree("--format", "flat", "/bin/cat").startswith("/bin/cat")


# --depth, --skip-system


def test_json_is_the_short_form():
    assert lddtree("--json", "/bin/ls") == lddtree("--format", "json", "/bin/ls")
    assert lddtree("--format", "tree", "/bin/ls") == lddtree("/bin/ls")


def test_depth_is_that_of_the_needs():
    full = as_json("/usr/bin/git")
    one = as_json("--depth", "1", "/usr/bin/git")
    assert list(one["libs"]) == full["needed"]
    assert one["needed"] == full["needed"]
    assert as_json("--depth", "1000", "/usr/bin/git") == full
    assert len(lddtree("--depth", "1", "/usr/bin/git").splitlines()) == 1 + len(full["needed"])


def test_what_is_missing_counts_though_it_is_not_shown(compile_c, tmp_path):
    compile_c(tmp_path / "gone/libb.so", "int b(void) { return 2; }\n")
    compile_c(tmp_path / "liba.so", "int b(void); int a(void) { return b(); }\n",
              f"-L{tmp_path}/gone", "-lb")
    app = compile_c(tmp_path / "app", "int a(void); int main(void) { return a(); }\n",
                    f"-L{tmp_path}", "-la", "-Wl,-rpath,$ORIGIN",
                    "-Wl,--unresolved-symbols=ignore-in-shared-libs")
    shallow = lddtree("--depth", "1", "--skip-system", app, expect=1)
    assert shallow == f"{app}\n    liba.so => {tmp_path}/liba.so (runpath)\n"
    assert lddtree("--skip-system", app, expect=1) == shallow + "        libb.so => not found\n"
    explained = lddtree("--explain", "--skip-system", app, expect=1)
    assert "libb.so, needed by liba.so" in explained and "libc.so.6" not in explained
    assert lddtree("--skip-system", "/bin/ls") == "/bin/ls\n"
    assert lddtree("--skip-system", "--format", "flat", "/bin/ls") == ""


# --cpu, --libc


def test_the_cpu_level_chooses_the_directory(compile_c, tmp_path):
    libraries = tmp_path / "lib"
    for part in ("", "glibc-hwcaps/x86-64-v2/", "glibc-hwcaps/x86-64-v4/"):
        compile_c(libraries / f"{part}liba.so", "int a(void) { return 1; }\n")
    app = compile_c(tmp_path / "app", "int a(void); int main(void) { return a(); }\n",
                    f"-L{libraries}", "-la", f"-Wl,-rpath,{libraries}")
    for level, part in (("x86-64", ""), ("x86-64-v2", "glibc-hwcaps/x86-64-v2/"),
                        ("x86-64-v3", "glibc-hwcaps/x86-64-v2/"),
                        ("x86-64-v4", "glibc-hwcaps/x86-64-v4/")):
        found = as_json("--cpu", level, app)["libs"]["liba.so"]["path"]
        assert found == f"{libraries}/{part}liba.so", level


def test_the_libc_can_be_chosen(compile_c, tmp_path):
    compile_c(tmp_path / "lib/libb.so", "int b(void) { return 2; }\n", "-nostdlib")
    compile_c(tmp_path / "lib/liba.so", "int b(void); int a(void) { return b(); }\n", "-nostdlib",
              f"-L{tmp_path}/lib", "-lb")
    # A RUNPATH serves the needs of its own object; musl lets it serve those below, too.
    app = compile_c(tmp_path / "app.so", "int a(void); int c(void) { return a(); }\n", "-nostdlib",
                    f"-L{tmp_path}/lib", "-la", "-Wl,-rpath,$ORIGIN/lib",
                    "-Wl,--enable-new-dtags")
    assert as_json("--libc", "glibc", app, expect=1)["libs"]["libb.so"]["path"] is None
    answer = as_json("--libc", "musl", app)
    assert answer["libc"] == "musl"
    assert answer["libs"]["libb.so"]["path"] == f"{tmp_path}/lib/libb.so"


# --why


def edges_of(answer: dict) -> dict[str, list[str]]:
    """Who asks for what, by real path; "" is the file itself."""
    names = {name: lib["realpath"] for name, lib in answer["libs"].items()}
    edges = {"": [], **{path: [] for path in names.values()}}
    for name, library in answer["libs"].items():
        for asker in library["requested_by"]:
            source = "" if asker == answer["path"] else names[asker]
            edges[source].append((name, library["realpath"]))
    return edges


def all_chains(edges, target) -> set[tuple[str, ...]]:
    """The needed names on each way from the file to the target that meets nothing twice."""
    chains = set()

    def go(node, names, met):
        if node == target:
            chains.add(names)
            return
        for name, path in edges[node]:
            if path not in met:
                go(path, (*names, name), met | {path})

    go("", (), {""})
    return chains


def test_why_lists_every_chain_of_machine_libraries():
    compared = many = 0
    choose = random.Random(11)
    for file in machine_libraries(60):
        answer = json.loads(run(elfwheel(), "lddtree", "--json", file, expect=None).stdout)
        found = {name: lib["realpath"] for name, lib in answer["libs"].items() if lib["realpath"]}
        # One path each, and few enough for Python.
        if not found or len(set(found.values())) != len(found) or len(found) > 25:
            continue
        edges = edges_of(answer)
        for name in choose.sample(sorted(found), min(4, len(found))):
            expected = all_chains(edges, found[name])
            why = json.loads(lddtree("--why", name, "--json", "--max-chains", "5000", file))
            assert why["why"] == name and why["found"]
            listed = [tuple(step["name"] for step in chain) for chain in why["chains"]]
            assert sorted(map(len, listed)) == [len(chain) for chain in listed]
            assert len(listed) == len(set(listed))
            assert why["more"] == max(0, len(expected) - 5000) and not why["more_at_least"]
            assert set(listed) <= expected and len(listed) + why["more"] == len(expected)
            text = lddtree("--why", name, file).splitlines()
            assert text[0] == str(file)
            assert len(text) == 1 + min(100, len(expected)) + (len(expected) > 100)
            compared += 1
            many += len(expected) > 1
    assert compared > 60 and many > 20


def test_why_lists_every_chain_of_random_graphs(compile_c, tmp_path):
    choose = random.Random(3)
    for number in range(12):
        directory = tmp_path / str(number)
        count = choose.randint(3, 7)
        for i in reversed(range(count)):
            needs = [j for j in range(i + 1, count) if choose.random() < 0.6]
            compile_c(directory / f"lib{i}.so", "int x;\n", "-nostdlib", "-Wl,--no-as-needed",
                      f"-L{directory}", *[f"-l{j}" for j in needs], f"-Wl,-soname,lib{i}.so",
                      "-Wl,-rpath,$ORIGIN", "-Wl,--enable-new-dtags")
        # Libraries may need each other: the last one needs an earlier one, too.
        last = directory / f"lib{count - 1}.so"
        run(elfwheel(), "add-needed", "lib1.so", last)
        run(elfwheel(), "set-rpath", "$ORIGIN", last)
        root = directory / "lib0.so"
        answer = as_json(root)
        edges = edges_of(answer)
        for name, library in answer["libs"].items():
            expected = all_chains(edges, library["realpath"])
            why = json.loads(lddtree("--why", name, "--json", root))
            assert {tuple(step["name"] for step in chain)
                    for chain in why["chains"]} == expected, (number, name)
            assert why["more"] == 0


def test_why_says_where_each_step_was_found(compile_c, tmp_path):
    compile_c(tmp_path / "lib/liba.so.1", "int a(void) { return 1; }\n", "-Wl,-soname,liba.so.1")
    app = compile_c(tmp_path / "app", "int a(void); int main(void) { return a(); }\n",
                    f"{tmp_path}/lib/liba.so.1", "-Wl,-rpath,$ORIGIN/lib",
                    "-Wl,--enable-new-dtags")
    chain = f"{app}\n    app → liba.so.1 (RUNPATH of app)\n"
    (tmp_path / "lib/liba.so.1").rename(tmp_path / "lib/liba.so.1.2")
    (tmp_path / "lib/liba.so.1").symlink_to("liba.so.1.2")
    for name in ("liba.so.1", "liba.so.1.2", f"{tmp_path}/lib/liba.so.1"):
        assert lddtree("--why", name, app) == chain
    assert lddtree("--why", "liba.so.2", app, expect=1) == (
        f"{app}\n    nothing brings in liba.so.2\n")
    assert json.loads(lddtree("--why", "liba.so.2", "--json", app, expect=1)) == {
        "path": str(app), "why": "liba.so.2", "found": False, "chains": [], "more": 0,
        "more_at_least": False}


def test_why_of_several_files_and_of_a_missing_library(compile_c, tmp_path):
    compile_c(tmp_path / "libgone.so", "int gone(void) { return 1; }\n")
    app = compile_c(tmp_path / "app", "int gone(void); int main(void) { return gone(); }\n",
                    f"-L{tmp_path}", "-lgone")
    assert lddtree("--why", "libgone.so", app, "/bin/true", expect=1) == (
        f"{app}\n    app → libgone.so (not found)\n"
        "/bin/true\n    nothing brings in libgone.so\n")
    # Another one being missing is no matter.
    both = json.loads(lddtree("--why", "libc.so.6", "--json", app, "/bin/true"))
    assert [answer["found"] for answer in both] == [True, True]


# dot, mermaid


def hostile_app(compile_c, directory):
    """An app that needs libraries with HOSTILE names, each in a directory called so."""
    app = compile_c(directory / "app.so", "int x;\n", "-nostdlib")
    for name in HOSTILE:
        plain = compile_c(directory / "plain.so", "int y;\n", "-nostdlib")
        library = directory / name / f"{name}.so"
        library.parent.mkdir()
        plain.rename(library)
        run(elfwheel(), "add-needed", library, app)
    run(elfwheel(), "add-needed", 'libgone"<>.so', app)
    return app


def visible(name: str) -> str:
    return name.replace("\n", "\\n").replace("\u202e", "\\u202e")


def read_dot_string(text: str) -> str:
    """What Graphviz shows for the quoted text: escapes and entities read as it reads them."""
    assert text[0] == text[-1] == '"'
    body = re.sub(r'\\"', '"', text[1:-1])  # its scanner
    body = re.sub(r"\\(.)", lambda match: {"n": "\n", "l": "\n", "r": "\n"}.get(
        match.group(1), match.group(1)), body)
    return body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_dot(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Labels and arrows of a graph in the form that lddtree writes. Any other line is an error."""
    lines = text.splitlines()
    assert lines[0] == "digraph lddtree {" and lines[-1] == "}" and text.endswith("}\n")
    labels, arrows = {}, []
    string = r'"(?:[^"\\]|\\.)*"'
    for line in lines[4:-1]:
        if match := re.fullmatch(rf"  (n\d+) -> (n\d+) \[(?:label|color)={string}\];", line):
            arrows.append(match.groups())
            continue
        match = re.fullmatch(rf'  (n\d+) \[label=({string})(?: \+ "\\n" \+ ({string}))?, '
                             rf'fillcolor="#\w+", color="#\w+"\];', line)
        assert match, line
        name, first, second = match.groups()
        labels[name] = read_dot_string(first) + ("\n" + read_dot_string(second) if second else "")
    return labels, arrows


def read_mermaid_string(text: str) -> str:
    assert not re.search(r'["\[\]{}|<>`&%$\\ ]', text), text
    return re.sub(r"#(\d+);", lambda match: chr(int(match.group(1))), text).replace("\u2060", "")


def read_mermaid(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    lines = text.splitlines()
    assert lines[0] == "flowchart LR"
    classes = set(re.findall(r"^  classDef (\w+) fill:#\w+,stroke:#\w+,color:#000$", text, re.M))
    labels, arrows = {}, []
    for line in lines[1:]:
        if line.startswith("  classDef "):
            continue
        if match := re.fullmatch(r'  (n\d+) (?:-->|-\.->|-->\|"\w+"\|) (n\d+)', line):
            arrows.append(match.groups())
            continue
        match = re.fullmatch(r'  (n\d+)\["(.*?)(?:<br>(.*))?"\]:::(\w+)', line)
        assert match and match.group(4) in classes, line
        name, first, second, _ = match.groups()
        labels[name] = read_mermaid_string(first)
        if second:
            labels[name] += "\n" + read_mermaid_string(second)
    return labels, arrows


READERS = {"dot": read_dot, "mermaid": read_mermaid}


def checked_by_graphviz(text: str, labels: dict[str, str]) -> None:
    """Graphviz must show the same labels, and complain of nothing."""
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    drawn = {html.unescape(line).replace("\xa0", " ")
             for line in re.findall(r"<text [^>]*>(.*?)</text>", done.stdout)}
    assert {line for label in labels.values() for line in label.split("\n")} <= drawn


@pytest.mark.parametrize("form", READERS)
def test_pictures_show_hostile_names_as_they_are(form, compile_c, tmp_path):
    app = hostile_app(compile_c, tmp_path)
    text = lddtree("--format", form, app, expect=1)
    labels, arrows = READERS[form](text)
    expected = {str(app), 'libgone"<>.so\nnot found'}
    expected |= {visible(f"{tmp_path}/{name}/{name}.so") for name in HOSTILE}
    assert set(labels.values()) == expected
    assert len(arrows) == len(HOSTILE) + 1
    if form == "dot":
        checked_by_graphviz(text, labels)


@pytest.mark.parametrize("form", READERS)
def test_pictures_have_the_graph_of_all_files(form):
    files = ["/usr/bin/git", *machine_libraries(15)]
    text = run(elfwheel(), "lddtree", "--format", form, *files, expect=None).stdout
    answers = json.loads(run(elfwheel(), "lddtree", "--json", *files, expect=None).stdout)
    labels, arrows = READERS[form](text)
    expected = set()
    boxes = set()
    for answer in answers:
        real = {name: lib["realpath"] or name for name, lib in answer["libs"].items()}
        boxes |= {answer["realpath"], *real.values()}
        expected |= {(real.get(asker, answer["realpath"]), real[name])
                     for name, lib in answer["libs"].items() for asker in lib["requested_by"]}
    assert len(labels) == len(boxes)
    paths = {name: label.split("\n")[-1] for name, label in labels.items()}
    realpath = {name: label.split("\n")[0] if paths[name] == "not found"
                else str(Path(paths[name]).resolve()) for name, label in labels.items()}
    assert {(realpath[a], realpath[b]) for a, b in arrows} == expected
    if form == "dot":
        checked_by_graphviz(text, labels)


@pytest.mark.parametrize("form", READERS)
def test_pictures_leave_out_what_is_left_out(form):
    labels, arrows = READERS[form](lddtree("--format", form, "--skip-system", "/bin/ls"))
    assert list(labels.values()) == ["/bin/ls"] and arrows == []


def test_a_picture_that_mermaid_would_refuse_is_told(compile_c, tmp_path):
    app = compile_c(tmp_path / "app.so", "int x;\n", "-nostdlib")
    names = [word for number in range(500) for word in ("--add-needed", f"lib{number}.so")]
    run(elfwheel(), "patchelf", *names, app)
    done = run(elfwheel(), "lddtree", "--format", "mermaid", app, expect=1)
    assert len(read_mermaid(done.stdout)[1]) == 500 and done.stderr == ""
    run(elfwheel(), "add-needed", "liblast.so", app)
    assert run(elfwheel(), "lddtree", "--format", "mermaid", app, expect=1).stderr == (
        "elfwheel: 501 arrows; Mermaid draws 500 unless maxEdges is set, or see --skip-system and "
        "--depth\n")
    long_name = compile_c(tmp_path / "long.so", "int x;\n", "-nostdlib")
    run(elfwheel(), "add-needed", "x" * 50_000, long_name)
    done = run(elfwheel(), "lddtree", "--format", "mermaid", long_name, expect=None)
    assert done.stderr.startswith(f"elfwheel: {len(done.stdout)} characters; Mermaid reads 50000 ")
    assert run(elfwheel(), "lddtree", "--format", "dot", app, expect=1).stderr == ""


def test_a_picture_is_drawn_of_the_files_that_can_be_read(tmp_path):
    text = tmp_path / "text"
    text.write_text("no ELF\n")
    done = run(elfwheel(), "lddtree", "--format", "dot", text, "/bin/true", expect=2)
    assert "/bin/true" in read_dot(done.stdout)[0].values()
    assert done.stderr == f"elfwheel: {text}: not an ELF file\n"
    assert run(elfwheel(), "lddtree", "--format", "dot", text, expect=2).stdout == ""


def test_warnings_go_to_standard_error(tmp_path):
    for form in ("flat", "dot", "mermaid", "html"):
        done = run(elfwheel(), "lddtree", "--format", form, "--preload", "/no/libp.so", "/bin/true")
        assert done.stderr == ("elfwheel: /bin/true: LD_PRELOAD: /no/libp.so: not found: "
                               "ignored\n")


# html


class Page(HTMLParser):
    """Reads a page of lddtree back: the lines of its trees as (depth, text). Fails where elements
    are not nested or something would be fetched."""

    VOID = {"meta", "input"}
    ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "id", "type", "placeholder",
                  "autocomplete", "class", "open", "href", "hidden", "checked", "spellcheck", "role",
                  "aria-label", "aria-expanded"}

    def __init__(self, text: str):
        super().__init__()
        self.open_elements, self.lines, self.ids, self.links, self.tags = [], [], [], [], []
        self.facts = ""
        self.feed(text)
        self.close()
        assert self.open_elements == []

    def classes(self):
        return [name for _, names in self.open_elements for name in names]

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        assert set(values) <= self.ATTRIBUTES, (tag, attrs)
        self.tags.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if "href" in values:
            assert values["href"].startswith("#")
            self.links.append(values["href"][1:])
        if tag in self.VOID:
            return
        self.open_elements.append((tag, values.get("class", "").split()))
        if "line" in self.open_elements[-1][1]:
            self.lines.append((self.classes().count("entry"), ""))

    def handle_endtag(self, tag):
        assert self.open_elements.pop()[0] == tag

    def handle_data(self, data):
        classes = self.classes()
        if "more" in classes:
            assert data == "facts"
        elif "line" in classes:
            depth, text = self.lines.pop()
            self.lines.append((depth, text + data))
        elif "facts" in classes:
            self.facts += data


def test_the_page_has_the_lines_of_the_tree(compile_c, tmp_path):
    app = hostile_app(compile_c, tmp_path)
    files = [app, "/usr/bin/git", *machine_libraries(5)]
    page = Page(run(elfwheel(), "lddtree", "--format", "html", *files, expect=None).stdout)
    tree = run(elfwheel(), "lddtree", *files, expect=None).stdout.replace("\u202e", "\\u202e")
    expected = []
    for line in tree.splitlines():
        # The tree tells the loader's path on its first line, the page at the loader's place.
        words = re.sub(r"( => .*)? \(already loaded\)$", "", line)
        words = re.sub(r" => (.*) \(.*?\)$", r" \1", re.sub(" => not found", " not found", words))
        words = re.sub(r"^(.+) \1$", r"\1", words.strip())  # a name that is the path
        expected.append(((len(line) - len(line.lstrip(" "))) // 4, words.strip()))
    assert len(page.lines) == len(expected)
    for (depth, text), (expected_depth, words) in zip(page.lines, expected):
        assert depth == expected_depth and text.strip().startswith(words), (text, words)


def test_the_page_keeps_hostile_names_out_of_its_tags(compile_c, tmp_path):
    app = compile_c(tmp_path / "app.so", "int x;\n", "-nostdlib")
    evil = '"><script src=//x>alert(1)</script><img onerror=\'x\' src="'
    run(elfwheel(), "add-needed", evil, app)
    run(elfwheel(), "set-rpath", "/<b>:/&amp;", app)
    text = lddtree("--format", "html", app, expect=1)
    page = Page(text)
    assert page.tags.count("script") == 1 and "img" not in page.tags and "b" not in page.tags
    assert (1, f"{evil} not found") in page.lines
    assert "/<b>" in page.facts and "/&amp;" in page.facts
    assert f"path: {evil}: No such file or directory" in page.facts


def test_the_pages_links_lead_somewhere():
    page = Page(lddtree("--format", "html", "/usr/bin/git", "/usr/bin/curl"))
    assert len(page.ids) == len(set(page.ids))
    assert page.links and set(page.links) <= set(page.ids)
    assert not re.search(r"https?:|url\(|@import", lddtree("--format", "html", "/usr/bin/git"))
    skipped = Page(lddtree("--format", "html", "--skip-system", "/usr/bin/git"))
    assert [text for _, text in skipped.lines] == ["/usr/bin/git"]
