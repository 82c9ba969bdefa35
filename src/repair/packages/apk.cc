// Alpine's database: one text file, a paragraph a package; a directory and then its files, a line
// each. Source: apk-tools, src/database.c, apk_db_fdb_read and apk_db_write_fdb.
#include "base/paths.h"
#include "repair/packages/lines.h"
#include "repair/packages/owner_search.h"
#include "repair/packages/purl.h"

namespace elfwheel::repair {
namespace {

struct ApkPackage {
  std::string_view name, version, architecture, origin;
};

Package as_package(const ApkPackage& apk, const Distribution& distribution) {
  Purl purl{"apk", distribution.id, std::string(apk.name), std::string(apk.version)};
  purl.qualifiers = {{"arch", std::string(apk.architecture)}, {"distro", distribution.release()}};
  if (apk.origin != apk.name) purl.qualifiers.emplace_back("upstream", apk.origin);
  return {purl.name, purl.version, purl_text(purl)};
}

void search_database(std::string_view text, OwnerSearch& search) {
  const PathIndex wanted = search.index_unowned();
  ApkPackage package;
  std::string directory;
  bool is_wanted = false;
  for_each_line(text, [&](std::string_view line) {
    if (line.size() < 2 || line[1] != ':') {
      package = {};
      is_wanted = false;
      return !search.done();
    }
    const std::string_view value = line.substr(2);
    switch (line[0]) {
      case 'P':
        package.name = value;
        break;
      case 'V':
        package.version = value;
        break;
      case 'A':
        package.architecture = value;
        break;
      case 'o':
        package.origin = value;
        break;
      case 'F':
        directory = "/" + std::string(value);
        is_wanted = wanted.has_directory(directory) && !package.name.empty();
        break;
      case 'R':
        if (!is_wanted) break;
        if (const auto* const files = wanted.find(join_path(directory, value)))
          for (const size_t file : *files)
            search.settle(file, as_package(package, search.distribution()));
        break;
      default:
        break;
    }
    return true;
  });
}

}  // namespace

void search_apk(OwnerSearch& search) {
  // apk 3 keeps it below /usr where that is merged.
  for (const char* const path : {"/lib/apk/db/installed", "/usr/lib/apk/db/installed"}) {
    const OpenedFile database = search.files().open(path);
    if (database.error != 0) continue;
    search_database(database.contents->bytes().text(), search);
    return;
  }
}

}  // namespace elfwheel::repair
