"""What is done with each of the real packages once it is installed: code that calls into the
libraries which were copied in, and fails where an answer is wrong. It runs in the directory of the
environment, and leaves `facts`, a dict, for support/installed.py."""

PSYCOPG2 = """
import psycopg2, psycopg2.extensions
facts = {}
assert psycopg2.extensions.libpq_version() >= 150000
assert psycopg2.extensions.adapt("it's").getquoted() == b"'it''s'"
try:
    # Port 1 of the loopback address: nothing listens there.
    psycopg2.connect(host="127.0.0.1", port=1, connect_timeout=5, dbname="none")
    raise AssertionError("connected")
except psycopg2.OperationalError as error:
    assert "127.0.0.1" in str(error) and "refused" in str(error), error
"""

LXML = """
from lxml import etree, html, objectify
facts = {}
sheet = etree.XSLT(etree.XML('''
  <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                  xmlns:math="http://exslt.org/math" extension-element-prefixes="math">
    <xsl:template match="/"><most><xsl:value-of select="math:max(//n)"/></most></xsl:template>
  </xsl:stylesheet>'''))
assert etree.LIBXML_VERSION >= (2, 9, 14) and etree.LIBXSLT_VERSION >= (1, 1, 35)
assert sheet(etree.XML("<a><n>3</n><n>41</n><n>5</n></a>")).getroot().text == "41"
assert html.fromstring("<title>\\u00e9l\\u00e9ment<p>x").findtext(".//title") == "\\u00e9l\\u00e9ment"
assert objectify.fromstring("<a><b>12</b></a>").b + 1 == 13
"""

GMPY2 = """
import gmpy2
facts = {}
assert gmpy2.is_prime(gmpy2.mpz(2) ** 127 - 1)
with gmpy2.context(precision=200):
    assert str(gmpy2.const_pi()).startswith("3.14159265358979323846264338327950288419716939937510")
assert gmpy2.mpc("1+2j") * gmpy2.mpc("1-2j") == 5
"""

MYSQLCLIENT = """
import MySQLdb
from MySQLdb import _mysql
facts = {}
assert MySQLdb.get_client_info()[0].isdigit()
assert _mysql.escape_string("it's") == rb"it\\'s"
try:
    MySQLdb.connect(host="127.0.0.1", port=1, connect_timeout=5)
    raise AssertionError("connected")
except MySQLdb.OperationalError as error:
    assert error.args[0] in (2002, 2003), error
"""

PYTHON_LDAP = """
import ldap, ldap.dn, ldap.filter
facts = {}
assert ldap.dn.str2dn("cn=a,dc=b") == [[("cn", "a", 1)], [("dc", "b", 1)]]
assert ldap.filter.escape_filter_chars("a*b") == r"a\\2ab"
connection = ldap.initialize("ldap://127.0.0.1:1")
try:
    connection.simple_bind_s("cn=a", "b")
    raise AssertionError("bound")
except ldap.SERVER_DOWN:
    pass
"""

PYCURL = """
import io, pathlib, pycurl
facts = {}
pathlib.Path("page.txt").write_text("read by curl")
curl, body = pycurl.Curl(), io.BytesIO()
curl.setopt(curl.URL, pathlib.Path("page.txt").resolve().as_uri())
curl.setopt(curl.WRITEDATA, body)
curl.perform()
assert body.getvalue() == b"read by curl"
assert "OpenSSL" in pycurl.version_info()[5]
curl.setopt(curl.URL, "http://127.0.0.1:1/")
try:
    curl.perform()
    raise AssertionError("connected")
except pycurl.error as error:
    assert error.args[0] == pycurl.E_COULDNT_CONNECT, error
"""

# Drawing would start Graphviz's `dot`, another program.
PYGRAPHVIZ = """
import pygraphviz
facts = {}
graph = pygraphviz.AGraph("digraph g { a -> b; b -> c [label=last]; }")
assert graph.successors("a") == ["b"] and graph.get_edge("b", "c").attr["label"] == "last"
graph.add_edge("c", "a")
assert "c -> a" in graph.to_string()
"""

PYCAIRO = """
import cairo
facts = {}
surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, 40, 20)
context = cairo.Context(surface)
context.set_source_rgb(1, 0, 0)
context.rectangle(10, 5, 20, 10)
context.fill()
surface.flush()
pixel = bytes(surface.get_data())[10 * surface.get_stride() + 80:][:4]
assert pixel in (b"\\x00\\x00\\xff\\xff", b"\\xff\\xff\\x00\\x00"), pixel
surface.write_to_png("picture.png")
assert cairo.ImageSurface.create_from_png("picture.png").get_width() == 40
"""

PILLOW = """
import io
from PIL import Image, ImageCms, features
facts = {}
picture = Image.new("RGB", (64, 32), (200, 20, 30))
for kind in ("JPEG", "PNG", "TIFF", "WEBP", "JPEG2000"):
    file = io.BytesIO()
    picture.save(file, kind)
    again = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    assert again.size == (64, 32)
    assert all(abs(a - b) < 12 for a, b in zip(again.getpixel((5, 5)), (200, 20, 30))), kind
packed = io.BytesIO()
picture.save(packed, "TIFF", compression="tiff_lzw")
assert Image.open(packed).getpixel((1, 1)) == (200, 20, 30)
profile = ImageCms.createProfile("sRGB")
assert ImageCms.profileToProfile(picture, profile, profile).size == (64, 32)
assert features.version("freetype2")
"""

SHAPELY = """
import shapely
facts = {}
assert shapely.geos_version >= (3, 11)
circle = shapely.Point(0, 0).buffer(1, quad_segs=64)
assert abs(circle.area - 3.14159) < 0.001
assert shapely.from_wkt("POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))").intersection(circle).area < 0.786
"""

PYZMQ = """
import zmq
facts = {}
assert zmq.zmq_version_info() >= (4, 3, 4)
context = zmq.Context()
server = context.socket(zmq.PAIR)
client = context.socket(zmq.PAIR)
client.connect(f"tcp://127.0.0.1:{server.bind_to_random_port('tcp://127.0.0.1')}")
client.send(b"over the wire")
assert server.poll(10000) and server.recv() == b"over the wire"
public, secret = zmq.curve_keypair()
assert len(public) == 40 and zmq.curve_public(secret) == public
context.destroy()
"""

H5PY = """
import h5py, numpy
facts = {}
with h5py.File("data.h5", "w") as file:
    file.create_dataset("table", data=numpy.arange(1000).reshape(10, 100), compression="gzip")
with h5py.File("data.h5") as file:
    assert file["table"][7, 3] == 703 and file["table"].compression == "gzip"
"""

PYOGRIO = """
import pathlib, pyogrio
from pyogrio.raw import read
facts = {}
assert pyogrio.__gdal_version__ >= (3, 6)
assert {"GeoJSON", "GPKG", "ESRI Shapefile"} <= set(pyogrio.list_drivers())
pathlib.Path("places.geojson").write_text('''{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"name": "here"},
   "geometry": {"type": "Point", "coordinates": [13.4, 52.5]}}]}''')
meta, index, geometry, fields = read("places.geojson")
assert fields[0][0] == "here" and meta["geometry_type"] == "Point"
"""

AV = """
import av
facts = {}
with av.open("film.mkv", "w") as film:
    stream = film.add_stream("mpeg4", rate=24)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for index in range(24):
        frame = av.VideoFrame(64, 48, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([index * 10]) * plane.buffer_size)
        film.mux(stream.encode(frame))
    film.mux(stream.encode())
with av.open("film.mkv") as film:
    frames = list(film.decode(video=0))
assert len(frames) == 24 and frames[0].width == 64
graph = av.filter.Graph()
assert "scale" in av.filter.filters_available
assert {"h264", "vp9", "av1"} <= av.codecs_available
"""

USES = {"psycopg2": PSYCOPG2, "lxml": LXML, "gmpy2": GMPY2, "mysqlclient": MYSQLCLIENT,
        "python-ldap": PYTHON_LDAP, "pycurl": PYCURL, "pygraphviz": PYGRAPHVIZ,
        "pycairo": PYCAIRO, "pillow": PILLOW, "shapely": SHAPELY, "pyzmq": PYZMQ, "h5py": H5PY,
        "pyogrio": PYOGRIO, "av": AV}
