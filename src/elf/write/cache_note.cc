#include "elf/write/cache_note.h"

#include <string_view>

#include "elf/read/raw.h"
#include "elf/read/table_at.h"

namespace elfwheel::elf {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kOwner = "NixOS\0"sv;
constexpr uint32_t kType = 0x63a86cb6;

template <class T>
void append(std::vector<std::byte>& out, const T& value) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

void append(std::vector<std::byte>& out, Bytes bytes) {
  out.insert(out.end(), bytes.data(), bytes.data() + bytes.size());
  out.resize((out.size() + 3) & ~size_t{3});
}

template <class E>
std::vector<std::byte> encode_note(Bytes description) {
  raw_layout::Nhdr<E> header;
  header.n_namesz = static_cast<uint32_t>(kOwner.size());
  header.n_descsz = static_cast<uint32_t>(description.size());
  header.n_type = kType;
  std::vector<std::byte> out;
  append(out, header);
  append(out, Bytes(kOwner));
  append(out, description);
  return out;
}

bool holds_cache_note(const ElfFile& file, const Segment& segment) {
  // An empty one may lie anywhere.
  if (segment.p_type != PT_NOTE || segment.p_filesz == 0) return false;
  return dispatch_on(file, [&](auto kind) {
    using Nhdr = raw_layout::Nhdr<decltype(kind)>;
    const Bytes bytes = file.bytes().sub(raw(segment.p_offset), segment.p_filesz, "PT_NOTE");
    if (!bytes.contains(0, sizeof(Nhdr) + kOwner.size())) return false;
    return bytes.read<Nhdr>(0, "note").n_type == kType &&
           bytes.text().substr(sizeof(Nhdr), kOwner.size()) == kOwner;
  });
}

void find_note(const FileFacts& facts, CacheNote& note) {
  const std::vector<Segment>& segments = facts.file.segments();
  for (size_t i = 0; i < segments.size() && !note.segment; ++i)
    if (holds_cache_note(facts.file, segments[i])) note.segment = i;
  if (!note.segment) return;
  const Segment& segment = segments[*note.segment];
  for (size_t i = 0; i < facts.chunks.size(); ++i)
    if (facts.chunks[i].offset == segment.p_offset && facts.chunks[i].size == segment.p_filesz)
      note.chunk = i;
  if (!note.chunk)
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{} shares its bytes with something else", kCacheNoteSection));
}

}  // namespace

std::optional<CacheNote> plan_cache_note(const FileFacts& facts, const Edits& edits,
                                         bool libraries_change) {
  if (!edits.resolution_cache && !libraries_change) return std::nullopt;
  CacheNote note;
  find_note(facts, note);
  const bool wanted = edits.resolution_cache && !edits.resolution_cache->empty();
  if (!wanted && !note.segment) return std::nullopt;
  if (!wanted) return note;
  note.content = dispatch_on(
      facts.file, [&](auto kind) { return encode_note<decltype(kind)>(*edits.resolution_cache); });
  if (note.segment) {
    const Segment& segment = facts.file.segments()[*note.segment];
    const Bytes old = facts.file.bytes().sub(raw(segment.p_offset), segment.p_filesz, "PT_NOTE");
    if (old.text() == Bytes(note.content).text()) return std::nullopt;
  }
  return note;
}

bool is_cache_note(const Note& note) {
  return note.type == kType && note.owner == kOwner.substr(0, kOwner.size() - 1);
}

std::optional<size_t> find_cache_section(const FileFacts& facts, const Segment& segment) {
  for (size_t i = 0; i < facts.sections.size(); ++i)
    if (facts.sections[i].sh_type == SHT_NOTE && facts.sections[i].sh_offset == segment.p_offset &&
        facts.sections[i].sh_size == segment.p_filesz)
      return i;
  return std::nullopt;
}

}  // namespace elfwheel::elf
