// The page's tree, links and search are judged in tests/cli, as a browser would read them.
#include <gtest/gtest.h>

#include "elfwheel/report/link_map.h"
#include "support/link_map_builder.h"

namespace elfwheel::report {
namespace {

using loader::FoundBy;
using loader::LinkMap;
using test::object;
using test::request;

LinkMap app() {
  LinkMap map;
  map.objects = {object("/app<1>", {"liba.so"}), object("/opt/liba.so", {}, FoundBy::kRunpath)};
  map.objects[1].soname = "liba.so.1\"";
  map.requests = {request(0, "liba.so", 1, FoundBy::kRunpath),
                  request(1, "lib<gone>.so", std::nullopt, FoundBy::kNotFound),
                  request(1, "liba.so", 1, FoundBy::kAlreadyLoaded)};
  map.requests[0].steps = {{FoundBy::kRunpath, 0, "/opt/liba.so", "found"}};
  map.requests[1].fatal = "/<gone>: file too short";
  return map;
}

bool has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST(HtmlPage, HasAnEntryForEachLibraryWithItsFacts) {
  const std::string page = render_html({app()});
  EXPECT_TRUE(has(page,
                  "<details open class=\"entry byrunpath\" id=\"m0n1\"><summary class=\"line\">"
                  "<span class=\"name\">liba.so</span> <span class=\"path\">/opt/liba.so</span> "
                  "<span class=\"how\">runpath</span><button type=\"button\" class=\"more\" "
                  "aria-expanded=\"false\">facts</button></summary>\n<dl class=\"facts\" hidden>\n"
                  "<dt>real path</dt><dd>/real/opt/liba.so</dd>\n"
                  "<dt>soname</dt><dd>liba.so.1&quot;</dd>\n"
                  "<dt>needed by</dt><dd><a href=\"#m0n0\">/app&lt;1&gt;</a>, "
                  "<a href=\"#m0n1\">liba.so</a></dd>\n"
                  "<dt>searched</dt><dd>runpath of /app&lt;1&gt;: /opt/liba.so: found</dd>\n"))
      << page;
}

TEST(HtmlPage, SaysWhatIsMissingAndWhereTheLoaderGivesUp) {
  const std::string page = render_html({app()});
  EXPECT_TRUE(has(page,
                  "<div class=\"entry ismissing\" id=\"m0n2\"><div class=\"line\">"
                  "<span class=\"name\">lib&lt;gone&gt;.so</span> "
                  "<span class=\"alarm\">not found</span>"))
      << page;
  EXPECT_TRUE(has(page,
                  "<p>1 library, <span class=\"alarm\">1 not found</span>; libc: unknown</p>\n"
                  "<p><span class=\"alarm\">not found:</span> "
                  "<a href=\"#m0n2\">lib&lt;gone&gt;.so</a>, needed by "
                  "<a href=\"#m0n1\">liba.so</a></p>\n"
                  "<p class=\"alarm\">the loader gives up here: "
                  "/&lt;gone&gt;: file too short</p>"))
      << page;
}

TEST(HtmlPage, SaysWhichVersionsAreMissing) {
  LinkMap map = app();
  map.requests.pop_back();
  map.missing_versions = {{0, 1, "A<2>"}};
  const std::string page = render_html({map, map});
  EXPECT_TRUE(has(page, ", <span class=\"alarm\">1 version not found</span></li>\n")) << page;
  EXPECT_TRUE(has(page,
                  "<p class=\"alarm\">version A&lt;2&gt; not found in /opt/liba.so, needed by "
                  "/app&lt;1&gt;</p>"))
      << page;
}

TEST(HtmlPage, LinksWhatStandsElsewhere) {
  const std::string page = render_html({app(), app()});
  EXPECT_TRUE(has(page,
                  "<a class=\"line\" href=\"#m0n1\"><span class=\"name\">liba.so</span> "
                  "<span class=\"how\">already loaded</span></a>"));
  EXPECT_TRUE(has(page, "<a class=\"line\" href=\"#m1n1\">"));
}

TEST(HtmlPage, ListsItsFilesWhereThereAreSeveral) {
  EXPECT_TRUE(has(render_html({app(), app()}),
                  "<li><a href=\"#m1n0\">/app&lt;1&gt;</a>: 1 library, "
                  "<span class=\"alarm\">1 not found</span></li>\n"));
  EXPECT_FALSE(has(render_html({app()}), "<li>"));
  EXPECT_TRUE(has(render_html({app()}), "<title>lddtree of /app&lt;1&gt;</title>"));
  EXPECT_TRUE(
      has(render_html({app(), app()}), "<title>lddtree of /app&lt;1&gt; and 1 more</title>"));
}

TEST(HtmlPage, ExplainsTheColoursThatItHas) {
  const std::string page = render_html({app()});
  EXPECT_TRUE(has(page,
                  "<span class=\"key fromuser\">the file</span>\n"
                  "<span class=\"key byrunpath\">runpath</span>\n"
                  "<span class=\"key ismissing\">not found</span>\n</p>"))
      << page;
}

TEST(HtmlPage, IsFullyEscaped) {
  const std::string page = render_html({app()});
  EXPECT_FALSE(has(page, "<1>"));
  EXPECT_FALSE(has(page, "<gone>"));
}

TEST(HtmlPage, LeavesOutWhatIsDeeper) {
  loader::LinkFilter filter;
  filter.depth = 1;
  const std::string page = render_html({app()}, filter);
  EXPECT_TRUE(has(page, "id=\"m0n1\""));
  EXPECT_FALSE(has(page, "id=\"m0n2\""));
}

}  // namespace
}  // namespace elfwheel::report
