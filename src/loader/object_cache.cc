#include "loader/object_cache.h"

#include <algorithm>

#include "elfwheel/base/error.h"
#include "elfwheel/elf/symbols.h"
#include "loader/pending_cache.h"

namespace elfwheel::loader {

namespace {

void read_versions(const elf::ElfFile& file, ObjectFacts& facts) {
  for (const elf::VersionNeed& need : elf::read_version_needs(file)) {
    WantedVersions wanted{std::string(need.file), {}};
    for (const elf::NeededVersion& version : need.versions)
      if ((version.flags & elf::VER_FLG_WEAK) == 0) wanted.versions.emplace_back(version.name);
    facts.wanted_versions.push_back(std::move(wanted));
  }
  if (!file.find_dynamic(elf::DT_VERDEF)) return;
  std::vector<std::string> defined;
  for (const elf::DefinedVersion& version : elf::read_version_definitions(file))
    defined.emplace_back(version.name);
  facts.defined_versions = std::move(defined);
}

// Whether a segment's places in the file and in memory differ by something else than whole pages.
// No machine has pages below 4 KiB; some have larger ones, where more is misplaced.
bool has_misplaced_load(const elf::ElfFile& file) {
  constexpr uint64_t kSmallestPage = 4096;
  const auto& segments = file.segments();
  return std::any_of(segments.begin(), segments.end(), [](const elf::Segment& segment) {
    return segment.p_type == elf::PT_LOAD &&
           (raw(segment.p_vaddr) - raw(segment.p_offset)) % kSmallestPage != 0;
  });
}

}  // namespace

ObjectFacts read_object_facts(const elf::ElfFile& file) {
  ObjectFacts facts;
  facts.header = file.header();
  facts.libc = elf::find_libc(file);
  facts.architecture = elf::wheel_architecture(file.header());
  facts.has_load = file.find_segment(elf::PT_LOAD) != nullptr;
  facts.has_misplaced_load = has_misplaced_load(file);
  facts.has_dynamic = file.has_dynamic();
  facts.flags_1 = file.find_dynamic(elf::DT_FLAGS_1).value_or(0);
  const auto copy = [](std::optional<std::string_view> text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
  };
  facts.soname = copy(file.soname());
  facts.interp = copy(file.interp());
  facts.rpath = copy(file.rpath());
  facts.runpath = copy(file.runpath());
  // Of the root's alone does ld.so read the strings: elsewhere they may lie where they want.
  const auto string_of = [&](uint64_t tag) -> std::optional<std::string> {
    const auto offset = file.find_dynamic(tag);
    if (!offset || *offset >= file.find_dynamic(elf::DT_STRSZ).value_or(0)) return std::nullopt;
    return std::string(file.dynamic_string(*offset));
  };
  facts.audit = string_of(elf::DT_AUDIT);
  facts.depaudit = string_of(elf::DT_DEPAUDIT);
  for (const elf::DynEntry& entry : file.dynamic())
    if (entry.tag == elf::DT_NEEDED || entry.tag == elf::DT_FILTER ||
        entry.tag == elf::DT_AUXILIARY)
      facts.needs.emplace_back(entry.tag, file.dynamic_string(entry.value));
  try {
    read_versions(file, facts);
  } catch (const Error&) {
    facts.wanted_versions.clear();
  }
  return facts;
}

const ObjectFacts* ObjectCache::Store::find(const FileId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = facts_.find(id);
  return found == facts_.end() ? nullptr : found->second.get();
}

const ObjectFacts& ObjectCache::Store::add(const FileId& id, ObjectFacts facts) {
  auto owned = std::make_unique<const ObjectFacts>(std::move(facts));
  const std::lock_guard lock(mutex_);
  return *facts_.try_emplace(id, std::move(owned)).first->second;
}

ObjectCache::Store::Store(bool is_shared) : is_shared_(is_shared) {}
ObjectCache::Store::~Store() = default;

const PendingCache& ObjectCache::Store::pending_cache(const FileSystem& files, uint32_t cache_flags,
                                                      const std::function<PendingCache()>& make) {
  const std::lock_guard lock(pending_mutex_);
  std::unique_ptr<const PendingCache>& pending = pending_[{&files, cache_flags}];
  if (!pending) pending = std::make_unique<const PendingCache>(make());
  return *pending;
}

ObjectCache::ObjectCache() : store_(std::make_unique<Store>(true)) {}
ObjectCache::~ObjectCache() = default;

}  // namespace elfwheel::loader
