// rpm's database: the headers of all packages, in one of three containers. They are read here, not
// by librpm or an `rpm -qf`: no library of that name fits all three, and a root that belongs to
// another system could not be asked.
#include <fmt/format.h>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "repair/packages/owner_search.h"
#include "repair/packages/purl.h"
#include "repair/packages/rpm_databases.h"
#include "repair/packages/rpm_header.h"

namespace elfwheel::repair {
namespace {

Package as_package(const RpmHeader& header, const Distribution& distribution) {
  Purl purl{"rpm", distribution.id, std::string(header.name()),
            fmt::format("{}-{}", header.version(), header.release())};
  purl.qualifiers = {{"arch", std::string(header.architecture())},
                     {"distro", distribution.release()},
                     {"upstream", std::string(header.source_package())}};
  const auto epoch = header.epoch();
  if (epoch) purl.qualifiers.emplace_back("epoch", std::to_string(*epoch));
  // rpm writes an epoch of 0 and none alike.
  const bool counts = epoch.value_or(0) != 0;
  return {purl.name, counts ? fmt::format("{}:{}", *epoch, purl.version) : purl.version,
          purl_text(purl)};
}

void look_through(const RpmHeader& header, const PathIndex& wanted, OwnerSearch& search) {
  const std::vector<std::string_view> directories = header.directories();
  std::vector<bool> promising;
  bool any = false;
  for (std::string_view directory : directories) {
    while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
    promising.push_back(wanted.has_directory(directory));
    any = any || promising.back();
  }
  if (!any) return;
  const std::vector<std::string_view> names = header.base_names();
  const std::vector<uint32_t> places = header.directory_indices();
  for (size_t i = 0; i < names.size() && i < places.size(); ++i) {
    if (places[i] >= directories.size() || !promising[places[i]]) continue;
    const auto* const files = wanted.find(join_path(directories[places[i]], names[i]));
    if (files == nullptr || !header.is_installed(i)) continue;
    for (const size_t file : *files) search.settle(file, as_package(header, search.distribution()));
  }
}

struct Container {
  const char* name;
  void (*visit)(Bytes, const HeaderVisitor&);
};

constexpr Container kContainers[] = {{"rpmdb.sqlite", visit_sqlite_headers},
                                     {"Packages.db", visit_ndb_headers},
                                     {"Packages", visit_bdb_headers}};

}  // namespace

void search_rpm(OwnerSearch& search) {
  for (const std::string directory : {"/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"}) {
    for (const Container& container : kContainers) {
      const std::string path = join_path(directory, container.name);
      const OpenedFile database = search.files().open(path);
      if (database.error != 0 || database.contents->bytes().empty()) continue;
      const PathIndex wanted = search.index_unowned();
      const uint64_t size = database.contents->bytes().size();
      uint64_t seen = 0;
      with_where(path, [&] {
        container.visit(database.contents->bytes(), [&](Bytes bytes) {
          // Records that share bytes would make a small file cost as much as a huge one.
          seen += bytes.size();
          if (seen > size)
            throw Error(ErrorCode::kLimit, "its records are larger than the whole of it");
          if (const auto header = RpmHeader::parse(bytes)) look_through(*header, wanted, search);
        });
      });
      return;
    }
  }
}

}  // namespace elfwheel::repair
