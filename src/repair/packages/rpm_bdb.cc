// A hash file of Berkeley DB: pages of keys and values; what is too large for a page is a chain of
// others. The hashing is of no interest: all pages are walked in the order of the file.
// Source: Berkeley DB 5.3, src/dbinc/db_page.h.
#include <string>
#include <vector>

#include "base/packed_int.h"
#include "elfwheel/base/error.h"
#include "repair/packages/rpm_databases.h"

namespace elfwheel::repair {
namespace {

constexpr uint32_t kHashMagic = 0x061561;
constexpr uint8_t kUnsortedHashPage = 2;
constexpr uint8_t kOverflowPage = 7;
constexpr uint8_t kHashPage = 13;
constexpr uint8_t kValueHere = 1;
constexpr uint8_t kValueOnPages = 3;
constexpr size_t kMagicOffset = 12;

// The byte order is that of the machine that made the file.
template <std::endian kOrder>
class HashFile {
 public:
  HashFile(Bytes file, const HeaderVisitor& body) : file_(file), body_(body) {
    page_size_ = file.read<U32>(20, "first page");
    if (page_size_ < 512 || page_size_ > 65536 || (page_size_ & (page_size_ - 1)) != 0)
      throw Error(ErrorCode::kCorrupt, "pages of " + std::to_string(page_size_) + " bytes");
    if (file.read<uint8_t>(24, "first page") != 0)
      throw Error(ErrorCode::kUnsupported, "the database is encrypted");
    last_page_ = file.read<U32>(32, "first page");
  }

  void visit() const {
    for (uint64_t page = 1; page <= last_page_; ++page) {
      const uint8_t type = header(page).type;
      if (type == kHashPage || type == kUnsortedHashPage) visit_page(page);
    }
  }

 private:
  using U16 = Packed<uint16_t, kOrder>;
  using U32 = Packed<uint32_t, kOrder>;

  struct PageHeader {
    U32 log_file, log_offset, number, previous, next;
    U16 entries;
    U16 free_area;  // of an overflow page: bytes of the value on it
    uint8_t level, type;
  };
  static_assert(sizeof(PageHeader) == 26);

  struct OffPage {
    uint8_t type;
    uint8_t unused[3];
    U32 page, size;
  };

  Bytes page(uint64_t number) const { return file_.sub(number * page_size_, page_size_, "page"); }
  PageHeader header(uint64_t number) const {
    return page(number).template read<PageHeader>(0, "page");
  }

  // Items fill the page from its end: each reaches up to the one before it. Every second is a
  // value.
  void visit_page(uint64_t number) const {
    const Bytes all = page(number);
    const uint16_t entries = header(number).entries;
    const auto offsets =
        all.table<U16>(sizeof(PageHeader), entries, sizeof(U16), "items of a page");
    for (size_t i = 1; i < offsets.size(); i += 2) {
      const uint64_t end = offsets[i - 1];
      const uint64_t start = offsets[i];
      if (start >= end) throw Error(ErrorCode::kCorrupt, "items of a page overlap");
      const Bytes item = all.sub(start, end - start, "item");
      const auto type = item.read<uint8_t>(0, "item");
      if (type == kValueHere) body_(item.sub(1, item.size() - 1, "item"));
      if (type == kValueOnPages) body_(gather(item.read<OffPage>(0, "item")));
    }
  }

  Bytes gather(const OffPage& item) const {
    value_.clear();
    uint64_t number = item.page;
    // A chain that ran in a circle would go on for ever.
    for (uint64_t seen = 0; value_.size() < item.size && number != 0; ++seen) {
      const PageHeader start = header(number);
      if (start.type != kOverflowPage || seen > last_page_)
        throw Error(ErrorCode::kCorrupt, "a value's pages do not follow each other");
      const Bytes part = page(number).sub(sizeof(PageHeader), start.free_area, "value");
      value_.insert(value_.end(), part.span().begin(), part.span().end());
      number = start.next;
    }
    return Bytes(value_);
  }

  Bytes file_;
  const HeaderVisitor& body_;
  uint64_t page_size_ = 0;
  uint64_t last_page_ = 0;
  mutable std::vector<std::byte> value_;
};

}  // namespace

void visit_bdb_headers(Bytes database, const HeaderVisitor& body) {
  const uint32_t magic =
      database.read<Packed<uint32_t, std::endian::little>>(kMagicOffset, "first page");
  if (magic == kHashMagic)
    HashFile<std::endian::little>(database, body).visit();
  else if (byte_swapped(magic) == kHashMagic)
    HashFile<std::endian::big>(database, body).visit();
  else
    throw Error(ErrorCode::kCorrupt, "not a hash of Berkeley DB");
}

}  // namespace elfwheel::repair
