// The root file, and whose rules serve it.
#include "elfwheel/loader/resolve.h"

#include "base/paths.h"
#include "elfwheel/base/error.h"
#include "loader/auditors.h"
#include "loader/glibc_version.h"
#include "loader/walk.h"

namespace elfwheel::loader {

namespace {

std::optional<std::vector<std::string>> split_rpath(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (text->empty()) return std::vector<std::string>{};
  return split(*text, ':');
}

// The file itself says it, or the environment; else the machine's own libc, which is glibc unless
// musl's loader is the only one there.
elf::Libc choose_libc(const FileSystem& files, const LoaderEnvironment& environment,
                      const ObjectFacts& root, const MachineNames& names) {
  if (environment.libc != elf::Libc::kUnknown) return environment.libc;
  if (root.libc != elf::Libc::kUnknown) return root.libc;
  const bool has_musl = files.status("/lib/ld-musl-" + names.musl_name + ".so.1").error == 0;
  const bool has_glibc = !names.glibc_loader.empty() && files.status(names.glibc_loader).error == 0;
  return has_musl && !has_glibc ? elf::Libc::kMusl : elf::Libc::kGlibc;
}

// As ldd does: the loader would search a name without a slash.
std::string with_slash(const std::string& path) {
  return path.find('/') == std::string::npos ? "./" + path : path;
}

void settle_glibc_version(const FileSystem& files, const ObjectFacts& root,
                          LoaderEnvironment& settled) {
  auto& version = settled.glibc_version;
  if (!version) version = find_glibc_version(files, settled.default_directories, root.kind());
  if (!version) version = GlibcVersion{};
  if (!version->has_legacy_directories()) settled.legacy_hwcaps.clear();
}

}  // namespace

LinkMap run_process(const FileSystem& files, const std::string& path,
                    const LoaderEnvironment& environment, ObjectCache::Store& store,
                    const Script& script) {
  const OpenedFile file = files.open(path);
  if (file.error != 0) throw io_error("cannot open", file.error);
  const ObjectFacts* root = store.find(file.id);
  if (root == nullptr)
    root = &store.add(file.id, read_object_facts(elf::ElfFile::parse(file.contents->bytes())));

  const bool is_program = root->interp && (files.status(path).mode & 0111) != 0;
  const MachineNames names = find_machine_names(root->header);
  LoaderEnvironment settled = environment;
  settled.libc = choose_libc(files, environment, *root, names);
  if (environment.cpu_machine && *environment.cpu_machine != root->header.e_machine) {
    settled.hwcaps.clear();
    settled.legacy_hwcaps = names.legacy_hwcaps;
    settled.platform_token.clear();
  }
  if (settled.lib_token.empty()) settled.lib_token = find_lib_token(files, names);
  if (settled.platform_token.empty()) settled.platform_token = names.platform;
  if (settled.default_directories.empty())
    settled.default_directories = find_default_directories(files, names);
  if (settled.libc != elf::Libc::kMusl) settle_glibc_version(files, *root, settled);

  const WalkInput input{files, settled, with_slash(path), file.id, *root, is_program, names,
                        store, script};
  LinkMap map = settled.libc == elf::Libc::kMusl ? walk_musl(input) : walk_glibc(input);
  if (settled.libc != elf::Libc::kMusl) add_auditors(input, map);
  map.objects.front().path = path;
  map.interp_missing = is_program && files.status(*root->interp).error != 0;
  return map;
}

LoadedObject make_object_for(const FileSystem& files, const Request& request,
                             std::optional<ObjectId> loader, const std::string& path,
                             const Candidate& candidate, FoundBy source) {
  LoadedObject object = make_object(files, path, candidate.id, *candidate.facts);
  object.name = request.name;
  object.loader = loader;
  object.found_by = source;
  return object;
}

Opening& add_opening(LinkMap& map, const OpenCall& call) {
  Opening& opening = map.openings.emplace_back();
  opening.mode = call.mode;
  opening.request.name = call.name;
  return opening;
}

std::string not_opened(const Opening& opening) {
  const Request& request = opening.request;
  return request.fatal.empty() ? request.name + ": not found" : request.fatal;
}

std::string find_failure(const LinkMap& map, size_t first_request) {
  for (size_t i = first_request; i < map.requests.size(); ++i) {
    const Request& request = map.requests[i];
    if (!request.fatal.empty()) return request.fatal;
    if (!request.object && request.tag != elf::DT_AUXILIARY)
      return request.name + ": not found, needed by " + map.objects[request.asker].path;
  }
  return "";
}

std::string find_origin(const FileSystem& files, const std::string& path) {
  const bool absolute = !path.empty() && path.front() == '/';
  return std::string(directory_name(absolute ? path : join_path(files.current_directory(), path)));
}

LoadedObject make_object(const FileSystem& files, const std::string& path, const FileId& id,
                         const ObjectFacts& facts) {
  LoadedObject object;
  object.path = path;
  object.real_path = files.real_path(path).value_or(path);
  object.id = id;
  object.libc = facts.libc;
  object.soname = facts.soname;
  object.interp = facts.interp;
  for (const auto& [tag, name] : facts.needs)
    if (tag == elf::DT_NEEDED) object.needed.push_back(name);
  object.rpath = split_rpath(facts.rpath);
  object.runpath = split_rpath(facts.runpath);
  object.architecture = facts.architecture;
  return object;
}

LinkMap resolve(const FileSystem& files, const std::string& path,
                const LoaderEnvironment& environment) {
  ObjectCache::Store store(false);
  return run_process(files, path, environment, store, {});
}

LinkMap resolve(const FileSystem& files, const std::string& path,
                const LoaderEnvironment& environment, const ObjectCache& cache,
                const std::vector<OpenCall>& opens) {
  return run_process(files, path, environment, cache.store(), {opens, nullptr, false});
}

}  // namespace elfwheel::loader
