// rpm's own container: pages of slots that say where in the file each header is.
// Source: rpm, lib/backend/ndb/rpmpkg.c.
#include <string>

#include "base/packed_int.h"
#include "elfwheel/base/error.h"
#include "repair/packages/rpm_databases.h"

namespace elfwheel::repair {
namespace {

using Little32 = Packed<uint32_t, std::endian::little>;

constexpr uint32_t four_letters(const char (&text)[5]) {
  return static_cast<uint32_t>(text[0]) | static_cast<uint32_t>(text[1]) << 8 |
         static_cast<uint32_t>(text[2]) << 16 | static_cast<uint32_t>(text[3]) << 24;
}

struct FileHeader {
  Little32 magic, version, generation, slot_pages;
};
struct Slot {
  Little32 magic, package, block, blocks;
};
struct BlobHeader {
  Little32 magic, package, generation, size;
};

constexpr uint64_t kPageSize = 4096;
constexpr uint64_t kBlockSize = 16;
constexpr uint64_t kFileHeaderSize = 32;

}  // namespace

void visit_ndb_headers(Bytes database, const HeaderVisitor& body) {
  const auto header = database.read<FileHeader>(0, "header of the database");
  if (header.magic != four_letters("RpmP"))
    throw Error(ErrorCode::kCorrupt, "not a database of rpm's own kind");
  if (header.version != 0)
    throw Error(ErrorCode::kUnsupported, "version " + std::to_string(header.version));
  const Bytes slots = database.sub(0, uint64_t{header.slot_pages} * kPageSize, "slots");
  for (uint64_t at = kFileHeaderSize; at + sizeof(Slot) <= slots.size(); at += sizeof(Slot)) {
    const auto slot = slots.read<Slot>(at, "slots");
    if (slot.magic != four_letters("Slot"))
      throw Error(ErrorCode::kCorrupt, "slot without its magic number");
    if (slot.package == 0 || slot.block == 0) continue;  // free
    const Bytes blob = database.sub(uint64_t{slot.block} * kBlockSize,
                                    uint64_t{slot.blocks} * kBlockSize, "record");
    const auto start = blob.read<BlobHeader>(0, "record");
    if (start.magic != four_letters("BlbS") || start.package != slot.package)
      throw Error(ErrorCode::kCorrupt, "record that is not its slot's");
    body(blob.sub(sizeof(BlobHeader), start.size, "record"));
  }
}

}  // namespace elfwheel::repair
