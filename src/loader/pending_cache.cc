#include "loader/pending_cache.h"

#include <algorithm>
#include <utility>

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "loader/ld_so_cache.h"
#include "loader/ld_so_conf.h"

namespace elfwheel::loader {

namespace {

constexpr const char* kConf = "/etc/ld.so.conf";
constexpr std::string_view kBuiltIn = "built in";

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_library_name(std::string_view name) {
  if (begins_with(name, "ld.so.") || begins_with(name, "ld64.so.")) return true;
  return (begins_with(name, "lib") || begins_with(name, "ld-")) && name.find(".so") != name.npos;
}

// The libraries of one directory: for each SONAME the newest file, a link only if nothing else.
class LibraryDirectory {
 public:
  LibraryDirectory(const FileSystem& files, std::string path, const MachineNames& names,
                   ObjectCache::Store& store)
      : files_(files), path_(std::move(path)), names_(names), store_(store) {
    const auto real = files_.real_path(path_);
    if (!real) return;
    real_path_ = *real;
    for (const std::string& name : files_.list_directory(real_path_))
      if (is_library_name(name)) add(name);
  }

  struct Library {
    std::string name;
    bool is_link = false;
  };
  // By SONAME.
  const std::map<std::string, Library>& libraries() const { return libraries_; }

  // How the cache will have it: under its SONAME, a link which ldconfig makes or turns to the
  // newest file. Where that is still to be done, the file itself.
  std::string path_by_soname(const std::string& soname, const Library& library) const {
    const std::string by_soname = path_ + "/" + soname;
    if (library.is_link) return by_soname;
    const FileStatus there = files_.status(by_soname);
    const FileStatus chosen = files_.status(path_ + "/" + library.name);
    const bool stays = there.error == 0 && (there.id == chosen.id || !is_link(soname));
    return stays ? by_soname : path_ + "/" + library.name;
  }

 private:
  bool is_link(const std::string& name) const {
    const auto real = files_.real_path(join_path(real_path_, name));
    return real && *real != join_path(real_path_, name);
  }

  // Null: no library of this machine.
  const ObjectFacts* read(const std::string& name) const {
    const std::string path = join_path(real_path_, name);
    const FileStatus status = files_.status(path);
    if (status.error != 0 || status.kind != FileKind::kRegular) return nullptr;
    const ObjectFacts* facts = store_.find(status.id);
    if (facts == nullptr) {
      const OpenedFile file = files_.open(path);
      if (file.error != 0) return nullptr;
      try {
        facts =
            &store_.add(file.id, read_object_facts(elf::ElfFile::parse(file.contents->bytes())));
      } catch (const Error&) {
        return nullptr;
      }
    }
    const bool is_ours = find_machine_names(facts->header).cache_flags == names_.cache_flags;
    return is_ours && facts->has_dynamic ? facts : nullptr;
  }

  void add(const std::string& name) {
    const ObjectFacts* const facts = read(name);
    if (facts == nullptr) return;
    std::string soname = facts->soname.value_or(name);
    // A link counts as one where it is called as the SONAME or as the linker's "libx.so" of it.
    const bool for_linker = name.size() >= 3 && name.compare(name.size() - 3, 3, ".so") == 0 &&
                            begins_with(soname, name);
    const bool link = is_link(name) && (name == soname || for_linker);
    if (link) soname = name;
    const auto [at, is_new] = libraries_.try_emplace(soname, Library{name, link});
    Library& known = at->second;
    if (!is_new && ((!link && known.is_link) ||
                    (link == known.is_link && compare_cache_names(known.name, name) < 0)))
      known = {name, link};
  }

  const FileSystem& files_;
  std::string path_;
  const MachineNames& names_;
  ObjectCache::Store& store_;
  std::string real_path_;
  std::map<std::string, Library> libraries_;
};

}  // namespace

bool PendingCache::Less::operator()(const std::string& a, const std::string& b) const {
  return compare_cache_names(a, b) < 0;
}

PendingCache::PendingCache(const FileSystem& files, const MachineNames& names,
                           const std::vector<std::string>& system_directories,
                           ObjectCache::Store& store) {
  if (files.status(kConf).error != 0) return;
  std::vector<ConfDirectory> directories = read_ld_so_conf(files, kConf);
  for (const std::string& path : system_directories)
    directories.push_back({path, std::string(kBuiltIn)});

  std::vector<FileId> seen;
  const auto is_new_directory = [&](const std::string& path) {
    const FileStatus status = files.status(path);
    if (status.error != 0 || status.kind != FileKind::kDirectory) return false;
    if (std::find(seen.begin(), seen.end(), status.id) != seen.end()) return false;
    seen.push_back(status.id);
    return true;
  };
  for (const auto& [path, named_by] : directories) {
    if (!is_new_directory(path)) continue;
    const LibraryDirectory plain(files, path, names, store);
    for (const auto& [soname, library] : plain.libraries())
      entries_[soname].push_back({plain.path_by_soname(soname, library), named_by, ""});
    const std::string levels = path + "/glibc-hwcaps";
    for (const std::string& level : files.list_directory(levels)) {
      const std::string below = levels + "/" + level;
      if (level.front() == '.' || !is_new_directory(below)) continue;
      const LibraryDirectory of_level(files, below, names, store);
      for (const auto& [soname, library] : of_level.libraries())
        entries_[soname].push_back({below + "/" + library.name, named_by, level});
    }
  }
}

const PendingCache::Entry* PendingCache::find(const std::string& name,
                                              const std::vector<std::string>& hwcaps) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  const auto of_level = [&](const std::string& level) -> const Entry* {
    for (const Entry& entry : found->second)
      if (entry.level == level) return &entry;
    return nullptr;
  };
  for (const std::string& level : hwcaps)
    if (const Entry* const entry = of_level(level)) return entry;
  return of_level("");
}

}  // namespace elfwheel::loader
