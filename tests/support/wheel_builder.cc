#include "support/wheel_builder.h"

#include <algorithm>

#include "base/digest.h"
#include "elfwheel/wheel/archive.h"

namespace elfwheel::test {
namespace {

template <class T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff);
}

uint32_t crc_of(const std::string& content) {
  return wheel::compress(Bytes(std::string_view(content)), 0).crc32;
}

// What both kinds of header have in common.
struct Fields {
  uint16_t flags, method, time, date;
  uint32_t crc32, compressed_size, size;
};

void put_fields(std::string& out, const Fields& fields) {
  put(out, fields.flags);
  put(out, fields.method);
  put(out, fields.time);
  put(out, fields.date);
  put(out, fields.crc32);
  put(out, fields.compressed_size);
  put(out, fields.size);
}

struct Packed {
  uint16_t method;
  std::string data;
};

Packed pack(const ZipSpec& spec) {
  Packed packed{0, spec.content};
  if (spec.deflate) {
    const auto member = wheel::compress(Bytes(std::string_view(spec.content)), 9);
    packed = {static_cast<uint16_t>(member.method), ""};
    for (const wheel::Buffer& part : member.parts) packed.data += part.bytes().text();
  }
  if (spec.packed) packed.data = *spec.packed;
  return packed;
}

std::string record_line(const std::string& name, const std::string& content) {
  const Sha256 digest = sha256(Bytes(std::string_view(content)));
  return name + ",sha256=" + to_base64url({digest.data(), digest.size()}) + "," +
         std::to_string(content.size()) + "\n";
}

}  // namespace

std::string zip_bytes(uint64_t value, size_t width) {
  std::string bytes;
  for (size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

std::string extra_field(uint16_t id, const std::string& body) {
  return zip_bytes(id, 2) + zip_bytes(body.size(), 2) + body;
}

std::string zip64_end(uint64_t offset, uint64_t entries, uint64_t directory_size,
                      uint64_t directory_offset) {
  return zip_bytes(0x06064b50, 4) + zip_bytes(44, 8) + zip_bytes(45, 2) + zip_bytes(45, 2) +
         zip_bytes(0, 8) + zip_bytes(entries, 8) + zip_bytes(entries, 8) +
         zip_bytes(directory_size, 8) + zip_bytes(directory_offset, 8) +  //
         zip_bytes(0x07064b50, 4) + zip_bytes(0, 4) + zip_bytes(offset, 8) + zip_bytes(1, 4);
}

std::string build_zip(const std::vector<ZipSpec>& members, const std::string& comment,
                      const std::string& padding) {
  std::string archive;
  std::string directory;
  std::vector<size_t> offsets;
  for (const ZipSpec& spec : members) {
    const Packed packed = pack(spec);
    const uint16_t default_flags = 1 << 11;  // UTF-8
    Fields fields{spec.flags.value_or(default_flags),
                  spec.method.value_or(packed.method),
                  spec.time,
                  spec.date,
                  spec.crc32.value_or(crc_of(spec.content)),
                  spec.compressed_size.value_or(static_cast<uint32_t>(packed.data.size())),
                  spec.size.value_or(static_cast<uint32_t>(spec.content.size()))};
    archive += spec.ahead;
    offsets.push_back(spec.local_of ? offsets[*spec.local_of] : archive.size());

    put(directory, uint32_t{0x02014b50});
    put(directory, uint16_t{3 << 8 | 20});  // made on Unix
    put(directory, uint16_t{20});
    put_fields(directory, fields);
    put(directory, static_cast<uint16_t>(spec.name.size()));
    put(directory, static_cast<uint16_t>(spec.extra.size()));
    put(directory, static_cast<uint16_t>(spec.comment.size()));
    put(directory, uint32_t{0});  // disk, internal attributes
    put(directory, spec.mode << 16);
    put(directory, static_cast<uint32_t>(offsets.back()));
    directory += spec.name + spec.extra + spec.comment;
    if (spec.local_of) continue;

    const std::string local_name = spec.local_name.value_or(spec.name);
    fields.method = spec.local_method.value_or(fields.method);
    fields.size = spec.local_size.value_or(fields.size);
    fields.compressed_size = spec.local_compressed_size.value_or(fields.compressed_size);
    fields.crc32 = spec.local_crc32.value_or(fields.crc32);
    fields.flags = spec.local_flags.value_or(fields.flags);
    put(archive, uint32_t{0x04034b50});
    put(archive, uint16_t{20});
    put_fields(archive, fields);
    put(archive, static_cast<uint16_t>(local_name.size()));
    put(archive, static_cast<uint16_t>(spec.local_extra.size()));
    archive += local_name + spec.local_extra + packed.data + spec.behind;
  }
  const size_t directory_offset = archive.size();
  archive += directory + padding;
  put(archive, uint32_t{0x06054b50});
  put(archive, uint32_t{0});  // disks
  put(archive, static_cast<uint16_t>(members.size()));
  put(archive, static_cast<uint16_t>(members.size()));
  put(archive, static_cast<uint32_t>(directory.size()));
  put(archive, static_cast<uint32_t>(directory_offset));
  put(archive, static_cast<uint16_t>(comment.size()));
  return archive + comment;
}

std::string build_wheel(const WheelSpec& spec) {
  const std::string dist_info = spec.distribution + "-" + spec.version + ".dist-info/";
  std::map<std::string, std::string> info;
  info["METADATA"] = spec.metadata.value_or(
      "Metadata-Version: 2.1\nName: " + spec.distribution + "\nVersion: " + spec.version + "\n" +
      (spec.requires_python.empty() ? "" : "Requires-Python: " + spec.requires_python + "\n"));
  info["WHEEL"] = spec.wheel_file.value_or(
      "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: " +
      std::string(spec.root_is_purelib ? "true" : "false") + "\nTag: " + spec.tag + "\n");
  for (const std::string& name : spec.left_out) info.erase(name);

  std::vector<ZipSpec> members;
  std::string record;
  const auto add = [&](const std::string& name, const std::string& content) {
    ZipSpec member;
    member.name = name;
    member.content = content;
    member.deflate = true;
    members.push_back(member);
    record += record_line(name, content);
  };
  for (const auto& [name, content] : spec.files) add(name, content);
  for (const auto& [name, content] : info) add(dist_info + name, content);
  record += dist_info + "RECORD,,\n";
  const auto& out = spec.left_out;
  if (std::find(out.begin(), out.end(), "RECORD") == out.end())
    add(dist_info + "RECORD", spec.record.value_or(record));
  members.insert(members.end(), spec.more.begin(), spec.more.end());
  return build_zip(members);
}

}  // namespace elfwheel::test
