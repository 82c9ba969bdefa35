#include "rpm_builder.h"

namespace elfwheel::test {
namespace {

std::string big(uint64_t value, int size) {
  std::string text;
  for (int i = size - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string little(uint64_t value, int size) {
  const std::string text = big(value, size);
  return {text.rbegin(), text.rend()};
}

std::string padded(const std::string& text, size_t size) {
  return text + std::string(size - text.size(), '\0');
}

class HeaderBuilder {
 public:
  void add(uint32_t tag, uint32_t type, uint32_t count, const std::string& data, size_t align = 1) {
    while (data_.size() % align != 0) data_ += '\0';
    table_ += big(tag, 4) + big(type, 4) + big(data_.size(), 4) + big(count, 4);
    data_ += data;
  }
  void add_string(uint32_t tag, const std::string& text) { add(tag, 6, 1, text + '\0'); }
  std::string build() const {
    return big(table_.size() / 16, 4) + big(data_.size(), 4) + table_ + data_;
  }

 private:
  std::string table_, data_;
};

std::string varint(uint64_t value) {
  std::string text(1, static_cast<char>(value & 0x7f));
  while ((value >>= 7) != 0) text = static_cast<char>(0x80 | (value & 0x7f)) + text;
  return text;
}

}  // namespace

std::string build_rpm_header(const RpmSpec& spec) {
  HeaderBuilder header;
  header.add_string(1000, spec.name);
  header.add_string(1001, spec.version);
  header.add_string(1002, spec.release);
  header.add_string(1022, spec.architecture);
  std::string states, indices, names, directories;
  uint32_t number = 0;
  for (const RpmFile& file : spec.files) {
    states += file.state;
    indices += big(number++, 4);
    names += file.name + '\0';
    directories += file.directory + '\0';
  }
  header.add(1029, 1, number, states);
  header.add(1116, 4, number, indices, 4);
  header.add(1117, 8, number, names);
  header.add(1118, 8, number, directories);
  return header.build();
}

std::string build_ndb(const std::string& header) {
  constexpr size_t kPage = 4096;
  const size_t blocks = (16 + header.size() + 12 + 15) / 16;
  std::string file = "RpmP" + little(0, 4) + little(1, 4) + little(1, 4) + std::string(16, '\0');
  file += "Slot" + little(1, 4) + little(kPage / 16, 4) + little(blocks, 4);
  while (file.size() < kPage) file += "Slot" + std::string(12, '\0');
  const std::string blob = "BlbS" + little(1, 4) + little(1, 4) + little(header.size(), 4) + header;
  return file + padded(blob, blocks * 16);  // the check sum behind it is nobody's business
}

std::string build_bdb(const std::string& header) {
  constexpr size_t kPage = 512;
  const auto page_head = [](uint32_t number, uint32_t next, uint16_t entries, uint16_t free,
                            int type) {
    return std::string(8, '\0') + little(number, 4) + little(0, 4) + little(next, 4) +
           little(entries, 2) + little(free, 2) + '\0' + static_cast<char>(type);
  };
  constexpr size_t kRoom = kPage - 26;
  const size_t last_page = 1 + (header.size() + kRoom - 1) / kRoom;
  const std::string meta = std::string(12, '\0') + little(0x061561, 4) + little(9, 4) +
                           little(kPage, 4) + '\0' + '\x08' + std::string(6, '\0');
  std::string file = padded(meta + little(last_page, 4), kPage);

  const std::string key = '\x01' + little(1, 4);
  const std::string value = '\x03' + std::string(3, '\0') + little(2, 4) + little(header.size(), 4);
  const size_t key_at = kPage - key.size();
  const size_t value_at = key_at - value.size();
  std::string page = page_head(1, 0, 2, static_cast<uint16_t>(value_at), 13);
  page += little(key_at, 2) + little(value_at, 2);
  file += padded(page, value_at) + value + key;

  for (size_t at = 0, number = 2; at < header.size(); at += kRoom, ++number) {
    const std::string part = header.substr(at, kRoom);
    const bool last = at + kRoom >= header.size();
    file += padded(
        page_head(static_cast<uint32_t>(number), last ? 0 : static_cast<uint32_t>(number) + 1, 1,
                  static_cast<uint16_t>(part.size()), 7) +
            part,
        kPage);
  }
  return file;
}

std::string build_sqlite(const std::string& header) {
  constexpr size_t kPage = 512;
  // One row that is a leaf page's only cell; `from` is where the page's own header begins.
  const auto leaf = [](const std::string& start, const std::string& cell) {
    const size_t at = kPage - cell.size();
    const std::string head =
        start + '\x0d' + big(0, 2) + big(1, 2) + big(at, 2) + '\0' + big(at, 2);
    return padded(head, at) + cell;
  };
  const std::string texts[] = {"table", "Packages", "Packages"};
  std::string types, values;
  for (const std::string& text : texts) {
    types += varint(13 + 2 * text.size());
    values += text;
  }
  types += varint(1);
  values += '\x02';  // rootpage
  types += varint(13);
  const std::string row = varint(types.size() + 1) + types + values;
  const std::string start = padded(std::string("SQLite format 3\0", 16) + big(kPage, 2), 100);
  std::string file = leaf(start, varint(row.size()) + varint(1) + row);

  const std::string blob_type = varint(0) + varint(12 + 2 * header.size());
  const std::string record = varint(blob_type.size() + 1) + blob_type + header;
  const size_t least = (kPage - 12) * 32 / 255 - 23;
  const size_t even = least + (record.size() - least) % (kPage - 4);
  const size_t here = even <= kPage - 35 ? even : least;
  file += leaf("", varint(record.size()) + varint(1) + record.substr(0, here) + big(3, 4));
  for (size_t at = here, number = 3; at < record.size(); at += kPage - 4, ++number) {
    const bool last = at + kPage - 4 >= record.size();
    file += padded(big(last ? 0 : number + 1, 4) + record.substr(at, kPage - 4), kPage);
  }
  return file;
}

}  // namespace elfwheel::test
