// Debian's database: /var/lib/dpkg/status has the packages, info/NAME.list the paths of each, and
// diversions says which paths were moved aside for other packages.
// Source: deb-control(5), dpkg-divert(1); dpkg's lib/dpkg/db-fsys-files.c, db-fsys-divert.c and
// infodb-format.c (which packages have ":ARCH" in their files' names).
#include <algorithm>

#include "base/paths.h"
#include "repair/packages/lines.h"
#include "repair/packages/owner_search.h"
#include "repair/packages/purl.h"

namespace elfwheel::repair {
namespace {

constexpr char kDatabase[] = "/var/lib/dpkg";

// A paragraph of the status file; everything views that.
struct DpkgPackage {
  std::string_view name, version, architecture, section, source;
  bool has_files = false;  // not just its configuration
  bool same = false;       // Multi-Arch: may be there for several architectures at once
};

bool is_usable(const DpkgPackage& package) {
  return package.has_files && !package.name.empty() && !package.version.empty() &&
         package.name.find('/') == std::string_view::npos &&
         package.architecture.find('/') == std::string_view::npos;
}

void read_field(std::string_view line, DpkgPackage& package) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  if (name == "Package") package.name = value;
  if (name == "Version") package.version = value;
  if (name == "Architecture") package.architecture = value;
  if (name == "Section") package.section = value;
  if (name == "Source") package.source = value;
  if (name == "Multi-Arch") package.same = value == "same";
  if (name == "Status")  // WANT FLAG STATE, deb-control(5)
    package.has_files = !value.ends_with(" config-files") && !value.ends_with(" not-installed");
}

std::vector<DpkgPackage> read_status(std::string_view text) {
  std::vector<DpkgPackage> packages;
  DpkgPackage package;
  const auto finish = [&] {
    if (is_usable(package)) packages.push_back(package);
    package = {};
  };
  for_each_line(text, [&](std::string_view line) {
    if (line.empty())
      finish();
    else if (line.front() != ' ' && line.front() != '\t')
      read_field(line, package);
    return true;
  });
  finish();
  return packages;
}

// "gcc-12 (12.2.0-14)" is source gcc-12 of that version; security trackers speak of sources.
std::string upstream(const DpkgPackage& package) {
  const size_t space = package.source.find(" (");
  const std::string name(package.source.substr(0, space));
  if (space == std::string_view::npos || !package.source.ends_with(')'))
    return name == package.name ? "" : name;
  return name + "@" +
         std::string(package.source.substr(space + 2, package.source.size() - space - 3));
}

Package as_package(const DpkgPackage& dpkg, const Distribution& distribution) {
  Purl purl{"deb", distribution.id, std::string(dpkg.name), std::string(dpkg.version)};
  purl.qualifiers = {{"arch", std::string(dpkg.architecture)},
                     {"distro", distribution.release()},
                     {"upstream", upstream(dpkg)}};
  return {purl.name, purl.version, purl_text(purl)};
}

// What `package` wants at `from` lies at `to`, but for what `by` itself has at `from`.
struct Diversion {
  std::string from, to;
  std::string by;  // a package; ":" = the administrator
};

std::vector<Diversion> read_diversions(const FileSystem& files) {
  std::vector<Diversion> diversions;
  const OpenedFile file = files.open(std::string(kDatabase) + "/diversions");
  if (file.error != 0) return diversions;
  std::vector<std::string> lines;
  for_each_line(file.contents->bytes().text(), [&](std::string_view line) {
    lines.emplace_back(line);
    if (lines.size() == 3) {
      diversions.push_back({lines[0], lines[1], lines[2]});
      lines.clear();
    }
    return true;
  });
  return diversions;
}

// A listed path that would tell a file's owner.
struct Claim {
  size_t file = 0;
  std::string only;    // "" = any package
  std::string except;  // "" = no package
};

class DpkgSearch {
 public:
  explicit DpkgSearch(OwnerSearch& search) : search_(search) {}

  void run() {
    const OpenedFile status = search_.files().open(std::string(kDatabase) + "/status");
    if (status.error != 0) return;
    make_claims();
    std::vector<DpkgPackage> packages = read_status(status.contents->bytes().text());
    order_by_promise(packages);
    for (const DpkgPackage& package : packages) {
      if (search_.done()) return;
      look_through(package);
    }
  }

 private:
  void make_claims() {
    const std::vector<Diversion> diversions = read_diversions(search_.files());
    for (const size_t file : search_.unowned()) {
      const std::vector<std::string> spellings = search_.spellings(search_.path(file));
      Claim claim{file, "", ""};
      for (const Diversion& diversion : diversions) {
        if (contains(spellings, diversion.from)) claim.only = diversion.by;
        if (contains(spellings, diversion.to))
          for (const std::string& spelling : search_.spellings(diversion.from))
            add({file, "", diversion.by}, spelling);
      }
      for (const std::string& spelling : spellings) add(claim, spelling);
    }
  }

  static bool contains(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }

  void add(const Claim& claim, const std::string& path) {
    index_.add(path, claims_.size());
    claims_.push_back(claim);
  }

  // A shared library's package is named after it (Debian Policy 8.1: libgomp1 has libgomp.so.1) and
  // in the section "libs", so most files are found in the first lists; those of packages without
  // machine code come last.
  void order_by_promise(std::vector<DpkgPackage>& packages) const {
    std::vector<std::string> stems;
    for (const size_t file : search_.unowned()) {
      std::string stem(base_name(search_.path(file)));
      stem = stem.substr(0, stem.find_first_of("-_.", 1));
      for (char& c : stem) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
      stems.push_back(stem);
    }
    const auto rank = [&](const DpkgPackage& package) {
      const bool named = std::any_of(stems.begin(), stems.end(), [&](const std::string& stem) {
        return package.name.starts_with(stem);
      });
      if (package.section.ends_with("libs")) return named ? 0 : 1;
      return named ? 2 : package.architecture == "all" ? 4 : 3;
    };
    std::vector<std::pair<int, DpkgPackage>> ranked;
    for (const DpkgPackage& package : packages) ranked.emplace_back(rank(package), package);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(ranked.begin(), ranked.end(), packages.begin(),
                   [](const auto& each) { return each.second; });
  }

  void look_through(const DpkgPackage& package) {
    const OpenedFile list = open_list(package);
    if (list.error != 0) return;
    for_each_line(list.contents->bytes().text(), [&](std::string_view path) {
      const std::vector<size_t>* const claims = index_.find(path);
      if (claims == nullptr) return true;
      for (const size_t each : *claims) {
        const Claim& claim = claims_[each];
        if (!claim.only.empty() && claim.only != package.name) continue;
        if (claim.except == package.name) continue;
        search_.settle(claim.file, as_package(package, search_.distribution()));
      }
      return !search_.done();
    });
  }

  OpenedFile open_list(const DpkgPackage& package) const {
    const std::string plain = std::string(kDatabase) + "/info/" + std::string(package.name);
    const std::string qualified = plain + ":" + std::string(package.architecture);
    OpenedFile list = search_.files().open((package.same ? qualified : plain) + ".list");
    if (list.error == 0) return list;
    return search_.files().open((package.same ? plain : qualified) + ".list");
  }

  OwnerSearch& search_;
  std::vector<Claim> claims_;
  PathIndex index_;  // listed path -> indices into claims_
};

}  // namespace

void search_dpkg(OwnerSearch& search) { DpkgSearch(search).run(); }

}  // namespace elfwheel::repair
