// The table "Packages" of an SQLite database, read from its pages: the format is fixed and public,
// and a walk over one table is all that is wanted.
// Source: sqlite.org/fileformat2.html, sections 1.3 (header), 1.6 (b-trees), 2.1 (records).
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/packed_int.h"
#include "elfwheel/base/error.h"
#include "repair/packages/rpm_databases.h"

namespace elfwheel::repair {
namespace {

using Big16 = Packed<uint16_t, std::endian::big>;
using Big32 = Packed<uint32_t, std::endian::big>;

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr uint64_t kFileHeaderSize = 100;
constexpr uint8_t kInteriorPage = 5;
constexpr uint8_t kLeafPage = 13;
// A b-tree of 2^31 pages with two children each is not deeper.
constexpr unsigned kMaxDepth = 32;

// A big-endian number, seven bits a byte; the ninth byte counts whole.
uint64_t read_varint(Bytes bytes, uint64_t& at) {
  uint64_t value = 0;
  for (int i = 0; i < 9; ++i) {
    const auto byte = bytes.read<uint8_t>(at++, "number");
    if (i == 8) return value << 8 | byte;
    value = value << 7 | (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return value;
}

// The columns of one row.
class Record {
 public:
  explicit Record(Bytes payload) : payload_(payload) {
    uint64_t at = 0;
    const uint64_t header_size = read_varint(payload, at);
    const Bytes header = payload.sub(0, header_size, "row");
    uint64_t offset = header_size;
    while (at < header_size) {
      columns_.push_back({read_varint(header, at), offset});
      offset += size_of(columns_.back().type);
    }
  }

  // Text or blob; empty for other values.
  Bytes bytes(size_t column) const {
    if (column >= columns_.size() || columns_[column].type < 12) return {};
    return payload_.sub(columns_[column].offset, size_of(columns_[column].type), "column");
  }

  uint64_t number(size_t column) const {
    if (column >= columns_.size()) return 0;
    const uint64_t type = columns_[column].type;
    if (type == 9) return 1;
    if (type > 6) return 0;
    uint64_t value = 0;
    for (uint64_t i = 0; i < size_of(type); ++i)
      value = value << 8 | payload_.read<uint8_t>(columns_[column].offset + i, "column");
    return value;
  }

 private:
  struct Column {
    uint64_t type = 0;
    uint64_t offset = 0;
  };

  static uint64_t size_of(uint64_t type) {
    constexpr uint64_t kNumbers[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? kNumbers[type] : (type - 12) / 2;
  }

  Bytes payload_;
  std::vector<Column> columns_;
};

class Database {
 public:
  explicit Database(Bytes file) : file_(file) {
    if (file.sub(0, kMagic.size(), "header of the database").text() != kMagic)
      throw Error(ErrorCode::kCorrupt, "not an SQLite database");
    page_size_ = file.read<Big16>(16, "header of the database");
    if (page_size_ == 1) page_size_ = 65536;
    const auto reserved = file.read<uint8_t>(20, "header of the database");
    if (page_size_ < 512 || (page_size_ & (page_size_ - 1)) != 0 || reserved > page_size_ - 480)
      throw Error(ErrorCode::kCorrupt, "pages of " + std::to_string(page_size_) + " bytes");
    usable_ = page_size_ - reserved;
    pages_ = file.size() / page_size_;
  }

  void visit_table(uint64_t root, const std::function<void(const Record&)>& body) {
    visited_ = 0;
    visit_page(root, 0, body);
  }

 private:
  Bytes page(uint64_t number) const {
    if (number == 0) throw Error(ErrorCode::kCorrupt, "a page has the number 0");
    return file_.sub((number - 1) * page_size_, page_size_, "page");
  }

  void visit_page(uint64_t number, unsigned depth, const std::function<void(const Record&)>& body) {
    if (depth > kMaxDepth || ++visited_ > pages_)
      throw Error(ErrorCode::kCorrupt, "the tree of pages runs in a circle");
    const Bytes all = page(number);
    const uint64_t start = number == 1 ? kFileHeaderSize : 0;
    const auto type = all.read<uint8_t>(start, "page");
    if (type != kLeafPage && type != kInteriorPage)
      throw Error(ErrorCode::kCorrupt, "page of kind " + std::to_string(type));
    const uint64_t header_size = type == kLeafPage ? 8 : 12;
    const auto cells = all.table<Big16>(start + header_size, all.read<Big16>(start + 3, "page"),
                                        sizeof(Big16), "cells of a page");
    for (const uint16_t cell : cells) {
      if (type == kInteriorPage)
        visit_page(all.read<Big32>(cell, "cell"), depth + 1, body);
      else
        body(Record(payload_of(all, cell)));
    }
    if (type == kInteriorPage) visit_page(all.read<Big32>(start + 8, "page"), depth + 1, body);
  }

  // What does not fit is on a chain of other pages; how much stays here the format lays down.
  Bytes payload_of(Bytes all, uint64_t at) {
    const uint64_t size = read_varint(all, at);
    read_varint(all, at);  // the row's number
    const uint64_t most = usable_ - 35;
    if (size <= most) return all.sub(at, size, "row");
    if (size > file_.size()) throw Error(ErrorCode::kCorrupt, "a row is larger than the file");
    const uint64_t least = (usable_ - 12) * 32 / 255 - 23;
    const uint64_t even = least + (size - least) % (usable_ - 4);
    const uint64_t here = even <= most ? even : least;

    const Bytes head = all.sub(at, here, "row");
    row_.assign(head.span().begin(), head.span().end());
    uint64_t next = all.read<Big32>(at + here, "row");
    while (row_.size() < size) {
      const Bytes more = page(next);
      const Bytes part = more.sub(4, std::min(size - row_.size(), usable_ - 4), "row");
      row_.insert(row_.end(), part.span().begin(), part.span().end());
      next = more.read<Big32>(0, "row");
    }
    return Bytes(row_);
  }

  Bytes file_;
  uint64_t page_size_ = 0;
  uint64_t usable_ = 0;  // bytes of each page
  uint64_t pages_ = 0;
  uint64_t visited_ = 0;
  std::vector<std::byte> row_;
};

}  // namespace

void visit_sqlite_headers(Bytes file, const HeaderVisitor& body) {
  Database database(file);
  uint64_t root = 0;
  // The schema: type, name, tbl_name, rootpage, sql.
  database.visit_table(1, [&](const Record& row) {
    if (row.bytes(0).text() == "table" && row.bytes(1).text() == "Packages") root = row.number(3);
  });
  if (root == 0) throw Error(ErrorCode::kCorrupt, "there is no table Packages");
  // hnum, which is the row's number, and blob.
  database.visit_table(root, [&](const Record& row) { body(row.bytes(1)); });
}

}  // namespace elfwheel::repair
