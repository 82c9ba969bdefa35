// The records of a zip archive as they lie in the file, and the values of their fields.
// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/packed_int.h"
#include "wheel/zip_directory.h"

namespace elfwheel::wheel {

using U16 = Packed<uint16_t, std::endian::little>;
using U32 = Packed<uint32_t, std::endian::little>;
using U64 = Packed<uint64_t, std::endian::little>;

// APPNOTE 4.3.16.
struct EndRecord {
  U32 signature;
  U16 disk, directory_disk, disk_entries, entries;
  U32 directory_size, directory_offset;
  U16 comment_length;
};
static_assert(sizeof(EndRecord) == 22);

// APPNOTE 4.3.15.
struct Zip64Locator {
  U32 signature, disk;
  U64 end_offset;
  U32 disks;
};
static_assert(sizeof(Zip64Locator) == 20);
inline constexpr uint32_t kZip64LocatorSignature = 0x07064b50;

// APPNOTE 4.3.14.
struct Zip64EndRecord {
  U32 signature;
  U64 record_size;  // of what follows this field
  U16 version_made, version_needed;
  U32 disk, directory_disk;
  U64 disk_entries, entries, directory_size, directory_offset;
};
static_assert(sizeof(Zip64EndRecord) == 56);
inline constexpr uint32_t kZip64EndSignature = 0x06064b50;

// APPNOTE 4.3.12.
struct DirectoryHeader {
  U32 signature;
  U16 version_made, version_needed, flags, method, time, date;
  U32 crc32, compressed_size, size;
  U16 name_length, extra_length, comment_length, disk, internal_attributes;
  U32 external_attributes, offset;
};
static_assert(sizeof(DirectoryHeader) == 46);
static_assert(offsetof(DirectoryHeader, time) == kDirectoryTimeOffset);
inline constexpr uint32_t kDirectorySignature = 0x02014b50;

// APPNOTE 4.3.7.
struct LocalHeader {
  U32 signature;
  U16 version_needed, flags, method, time, date;
  U32 crc32, compressed_size, size;
  U16 name_length, extra_length;
};
static_assert(sizeof(LocalHeader) == 30);
static_assert(offsetof(LocalHeader, time) == kLocalTimeOffset);
inline constexpr uint32_t kLocalSignature = 0x04034b50;

inline constexpr uint16_t kFlagEncrypted = 1 << 0;
inline constexpr uint16_t kFlagLevel = 3 << 1;  // how hard the packer tried
inline constexpr uint16_t kFlagDataDescriptor = 1 << 3;
inline constexpr uint16_t kFlagPatch = 1 << 5;
inline constexpr uint16_t kFlagStrongEncryption = 1 << 6;
inline constexpr uint16_t kFlagUtf8 = 1 << 11;
inline constexpr uint16_t kFlagMaskedHeader = 1 << 13;
inline constexpr uint16_t kZip64ExtraId = 0x0001;
// Info-ZIP Unicode Path: another name (APPNOTE 4.6.9).
inline constexpr uint16_t kUnicodePathExtraId = 0x7075;
inline constexpr uint32_t kDescriptorSignature = 0x08074b50;  // APPNOTE 4.3.9
// The value of a field whose true value is in a ZIP64 record.
inline constexpr uint32_t kElsewhere32 = 0xffffffff;
inline constexpr uint16_t kElsewhere16 = 0xffff;

// st_mode (POSIX); the constants of <sys/stat.h> are the host's, these are the format's.
inline constexpr uint32_t kModeType = 0170000;
inline constexpr uint32_t kModeDirectory = 0040000;
inline constexpr uint32_t kModeRegular = 0100000;
inline constexpr uint32_t kModeSymlink = 0120000;

}  // namespace elfwheel::wheel
