#include "elfwheel/wheel/install_scheme.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/python_judge.h"
#include "support/temporary_directory.h"
#include "support/wheel_builder.h"
#include "support/whole_file.h"
#include "wheel/error_text.h"

namespace elfwheel::wheel {
namespace {

using test::error_text;

std::string place_text(std::string_view path, bool root_is_purelib = false) {
  const auto place = parse_entry_place(path, root_is_purelib);
  if (!place) return "nowhere";
  return std::to_string(static_cast<int>(place->key)) + " " + place->path;
}

TEST(EntryPlace, TheRootIsWhatTheWheelFileSays) {
  EXPECT_EQ(place_text("pkg/a.so", false), "1 pkg/a.so");
  EXPECT_EQ(place_text("pkg/a.so", true), "0 pkg/a.so");
  EXPECT_EQ(place_text("p-1.dist-info/RECORD", false), "1 p-1.dist-info/RECORD");
  EXPECT_EQ(place_text("pkg/x.data/data/y", false), "1 pkg/x.data/data/y");
}

TEST(EntryPlace, TheDataDirectoryHasItsKeys) {
  EXPECT_EQ(place_text("p-1.data/purelib/a"), "0 a");
  EXPECT_EQ(place_text("p-1.data/platlib/a", true), "1 a");
  EXPECT_EQ(place_text("p-1.data/data/lib/liba.so"), "2 lib/liba.so");
  EXPECT_EQ(place_text("p-1.data/scripts/run"), "3 run");
  EXPECT_EQ(place_text("p-1.data/headers/a.h"), "4 a.h");
  EXPECT_EQ(place_text("p-1.data"), "nowhere");
  EXPECT_EQ(place_text("p-1.data/data"), "nowhere");
  EXPECT_EQ(
      error_text([] { parse_entry_place("p-1.data/lib/a", false); }),
      "p-1.data/lib/a: lib is no install scheme key (data, headers, platlib, purelib, scripts)");
}

TEST(InstallScheme, EachVersionHasItsLayouts) {
  std::string text;
  for (const InstallScheme& scheme : install_schemes(parse_tags("cp313-none-linux_x86_64"), ""))
    text += scheme.label + ": " + scheme.purelib + " " + scheme.platlib + "\n";
  EXPECT_EQ(text,
            "CPython 3.13 (lib): lib/python3.13/site-packages lib/python3.13/site-packages\n"
            "CPython 3.13 (lib64): lib/python3.13/site-packages lib64/python3.13/site-packages\n"
            "CPython 3.13 (dist-packages): lib/python3.13/dist-packages "
            "lib/python3.13/dist-packages\n"
            "CPython 3.13t (lib): lib/python3.13t/site-packages lib/python3.13t/site-packages\n"
            "CPython 3.13t (lib64): lib/python3.13t/site-packages lib64/python3.13t/site-packages\n"
            "CPython 3.13t (dist-packages): lib/python3.13t/dist-packages "
            "lib/python3.13t/dist-packages\n"
            "--target:  \n");
}

TEST(InstallScheme, PyPyHasOneLayout) {
  const auto schemes = schemes_of({"pypy", 3, 10, false});
  ASSERT_EQ(schemes.size(), 1u);
  EXPECT_EQ(schemes[0].label, "PyPy 3.10 (lib)");
  EXPECT_EQ(schemes[0].platlib, "lib/pypy3.10/site-packages");
}

TEST(InstalledPath, IsBelowThePrefix) {
  const InstallScheme scheme = schemes_of({"python", 3, 11, false})[1];
  const auto path = [&](std::string_view entry) {
    return installed_path(scheme, "/env", *parse_entry_place(entry, false), "pkg");
  };
  EXPECT_EQ(path("pkg/a.so"), "/env/lib64/python3.11/site-packages/pkg/a.so");
  EXPECT_EQ(path("p-1.data/purelib/a.py"), "/env/lib/python3.11/site-packages/a.py");
  EXPECT_EQ(path("p-1.data/data/x/liba.so"), "/env/x/liba.so");
  EXPECT_EQ(path("p-1.data/scripts/run"), "/env/bin/run");
  EXPECT_EQ(path("p-1.data/headers/a.h"), "/env/include/site/python3.11/pkg/a.h");
  EXPECT_EQ(installed_path(target_scheme(), "/", {SchemeKey::kPlatlib, "pkg/a.so"}, "pkg"),
            "/pkg/a.so");
}

// Python versions of the tools environment's pip and of this wheel are one.
std::string running_tag() {
  return test::run_python("import sys; print(end='cp%d%d' % sys.version_info[:2])");
}

test::WheelSpec wheel_with_every_key() {
  test::WheelSpec spec;
  const std::string python = running_tag();
  spec.tag = python + "-none-any";
  for (const char* path : {"pkg/__init__.py", "pkg-1.0.data/purelib/pure.py",
                           "pkg-1.0.data/platlib/plat.py", "pkg-1.0.data/data/share/pkg/data.txt",
                           "pkg-1.0.data/scripts/run", "pkg-1.0.data/headers/pkg.h"})
    spec.files[path] = "# content of " + std::string(path) + "\n";
  return spec;
}

// The paths that `pip install` makes, relative to where it installs, in order; without what pip
// itself adds.
std::string installed_by_pip(const test::WheelSpec& spec, const std::string& option) {
  const test::TemporaryDirectory directory;
  test::write_file(directory / spec.file_name(), test::build_wheel(spec));
  return test::run_python(R"(
import os, pathlib, subprocess, sys
option, root, wheel = sys.argv[1:]
if option == 'venv':
    import venv
    venv.create(root)
    command = [sys.executable, '-I', '-m', 'pip', '--python', root + '/bin/python', 'install']
else:
    command = [sys.executable, '-I', '-m', 'pip', 'install', option, root]
environment = {**os.environ, 'PIP_CONFIG_FILE': os.devnull, 'PIP_ROOT_USER_ACTION': 'ignore'}
subprocess.run(command + ['-q', '--no-index', '--no-deps', '--no-compile',
                          '--disable-pip-version-check', wheel], check=True, env=environment)
for path in sorted(pathlib.Path(root).rglob('*')):
    if path.is_file() and '# content of' in path.read_bytes().decode('latin-1')[:40]:
        print(path.relative_to(root))
)",
                          {option, directory / "root", directory / spec.file_name()});
}

std::string installed_on_paper(const test::WheelSpec& spec, const InstallScheme& scheme) {
  std::vector<std::string> paths;
  for (const auto& [name, content] : spec.files)
    paths.push_back(installed_path(scheme, "/", *parse_entry_place(name, false), "pkg").substr(1));
  std::sort(paths.begin(), paths.end());
  std::string text;
  for (const std::string& path : paths) text += path + "\n";
  return text;
}

TEST(InstallScheme, AgreesWithPipInAVirtualEnvironment) {
  const test::WheelSpec spec = wheel_with_every_key();
  const auto schemes = install_schemes(parse_tags(spec.tag), "");
  EXPECT_EQ(installed_on_paper(spec, schemes[0]), installed_by_pip(spec, "venv"));
}

TEST(InstallScheme, AgreesWithPipsTargetButForHeaders) {
  test::WheelSpec spec = wheel_with_every_key();
  spec.files.erase("pkg-1.0.data/headers/pkg.h");
  EXPECT_EQ(installed_on_paper(spec, target_scheme()), installed_by_pip(spec, "--target"));
}

}  // namespace
}  // namespace elfwheel::wheel
