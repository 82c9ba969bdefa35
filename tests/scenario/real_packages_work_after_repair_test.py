"""Packages that nobody here wrote, built against Debian's libraries, used without these."""

import pytest
from conftest import repair
from support.checkout import TOOLS_PYTHON, run
from support.fixture_wheels import REAL_PACKAGES, real_wheel
from support.installed import Installed, hide_vendored
from support.wheel_file import WheelFile

USE_PSYCOPG2 = """
import psycopg2, psycopg2.extensions
facts = {"libpq": psycopg2.extensions.libpq_version(),
         "quoted": psycopg2.extensions.adapt("it's").getquoted().decode()}
try:
    # Port 1 of the loopback address: nothing listens there.
    psycopg2.connect(host="127.0.0.1", port=1, connect_timeout=5, dbname="none")
except psycopg2.OperationalError as error:
    facts["refused"] = str(error).splitlines()[0]
"""

USE_LXML = """
from lxml import etree, html, objectify
sheet = etree.XSLT(etree.XML('''
  <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                  xmlns:math="http://exslt.org/math" extension-element-prefixes="math">
    <xsl:template match="/"><most><xsl:value-of select="math:max(//n)"/></most></xsl:template>
  </xsl:stylesheet>'''))
facts = {"libxml": etree.LIBXML_VERSION, "libxslt": etree.LIBXSLT_VERSION,
         "most": str(sheet(etree.XML("<a><n>3</n><n>41</n><n>5</n></a>")).getroot().text),
         "title": html.fromstring("<title>\\u00e9l\\u00e9ment<p>x").findtext(".//title"),
         "number": objectify.fromstring("<a><b>12</b></a>").b + 1}
"""


def check_psycopg2(facts):
    assert facts["libpq"] >= 150000
    assert facts["quoted"] == "'it''s'"
    assert "127.0.0.1" in facts["refused"] and "refused" in facts["refused"], facts


def check_lxml(facts):
    assert tuple(facts["libxml"]) >= (2, 9, 14) and tuple(facts["libxslt"]) >= (1, 1, 35)
    assert facts["most"] == "41"
    assert facts["title"] == "\u00e9l\u00e9ment"
    assert facts["number"] == 13


CASES = {"psycopg2": (USE_PSYCOPG2, check_psycopg2, ["libpq"]),
         "lxml": (USE_LXML, check_lxml, ["libxml2", "libxslt", "libexslt"])}


@pytest.mark.parametrize("package", REAL_PACKAGES)
def test_repaired_package_works_from_its_vendored_libraries(package, tmp_path):
    code, check, wanted = CASES[package]
    repaired = repair(real_wheel(package), tmp_path / "out")
    wheel = WheelFile(repaired)
    vendored = wheel.vendored(package)
    assert all(any(name.startswith(f"{stem}-") for name in vendored) for stem in wanted), \
        f"vendored: {sorted(vendored)}"
    assert wheel.record_faults() == []
    run(TOOLS_PYTHON, "-I", "-m", "zipfile", "-t", repaired)

    environment = Installed(repaired, tmp_path / "venv")
    hidden = hide_vendored(list(vendored))
    facts = environment.facts(code, hidden)
    check(facts)
    libraries = environment.site_packages / f"{package}.libs"
    mapped = {path.rsplit("/", 1)[1] for path in facts["mapped"]
              if path.startswith(f"{libraries}/")}
    assert mapped == set(vendored), "some vendored libraries are not what the process uses"
    assert not {str(file) for file in hidden.files} & set(facts["mapped"])
