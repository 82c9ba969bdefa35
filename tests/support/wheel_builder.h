// Zip archives and wheels made in code, saying only what a test is about.
//
// The zip is laid out here by hand, not by the program's writer, so that it can also lie: every
// field that a hostile archive may fake can be set apart from what is true.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace elfwheel::test {

struct ZipSpec {
  std::string name;  // with a final '/' for a directory
  std::string content;
  bool deflate = false;
  uint32_t mode = 0100644;
  uint16_t time = 0x6000;  // 12:00:00
  uint16_t date = 0x5a21;  // 2025-01-01

  // Lies; by default the truth is told.
  std::optional<uint16_t> flags = {};
  std::optional<uint16_t> method = {};
  std::optional<uint32_t> crc32 = {};
  std::optional<uint32_t> size = {};
  std::optional<uint32_t> compressed_size = {};
  std::optional<std::string> packed = {};      // the data as it stands in the archive
  std::optional<std::string> local_name = {};  // in the local header alone
  std::optional<uint16_t> local_method = {};
  std::optional<uint32_t> local_size = {};
  std::optional<uint32_t> local_compressed_size = {};
  std::optional<uint32_t> local_crc32 = {};
  std::optional<uint16_t> local_flags = {};
  std::string extra = {};               // extra fields of the directory's header
  std::string local_extra = {};         // and of the local one
  std::string comment = {};             // of the entry
  std::string ahead = {};               // bytes in front of the local header
  std::string behind = {};              // and behind the data: a data descriptor
  std::optional<size_t> local_of = {};  // shares the local header of the entry with this index
};

// `comment` as it stands behind the end record; `padding`: bytes between directory and end record.
std::string build_zip(const std::vector<ZipSpec>& members, const std::string& comment = "",
                      const std::string& padding = "");

// `value` in the byte order of zip archives.
std::string zip_bytes(uint64_t value, size_t width);
// An extra field (APPNOTE 4.5.1).
std::string extra_field(uint16_t id, const std::string& body);
// A ZIP64 end record and its locator, as they stand in front of the end record at `offset`.
std::string zip64_end(uint64_t offset, uint64_t entries, uint64_t directory_size,
                      uint64_t directory_offset);

struct WheelSpec {
  std::string distribution = "pkg";
  std::string version = "1.0";
  std::string tag = "cp311-cp311-linux_x86_64";
  bool root_is_purelib = false;
  std::string requires_python;
  std::map<std::string, std::string> files = {{"pkg/__init__.py", "answer = 42\n"}};
  // Whole files instead of those that are made.
  std::optional<std::string> wheel_file = {};
  std::optional<std::string> metadata = {};
  std::optional<std::string> record = {};
  std::vector<std::string> left_out;  // names of dist-info files
  std::vector<ZipSpec> more;          // not in RECORD

  std::string file_name() const { return distribution + "-" + version + "-" + tag + ".whl"; }
};

// Deflated files in order of name, then the dist-info directory.
std::string build_wheel(const WheelSpec& spec);

}  // namespace elfwheel::test
