// Packs the changed and new ELF files of a wheel: on all processors, and so that few of them are in
// memory at once, however many there are.
//
// Work is done in the order in which the results are asked for, and ahead of it only as far as some
// megabytes go, or the largest file. A large file's pieces are packed by all threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "elfwheel/base/release.h"
#include "elfwheel/elf/edit.h"
#include "elfwheel/wheel/archive.h"
#include "elfwheel/wheel/record.h"

namespace elfwheel::repair {

struct PackItem {
  std::string path;   // in the archive
  uint64_t size = 0;  // about, in bytes
  // Makes the file as it will be. Called once, by any thread.
  std::function<elf::EditedImage()> make;
  // What the file was before, and how that is packed by deflate: a large file that changes in a few
  // places is packed anew there alone. Empty where there is none.
  Bytes old_content;
  Bytes old_packed;
  // Called with ranges of the old content that are done with.
  Release release_old;
};

struct PackedItem {
  wheel::RecordRow row;
  wheel::CompressedMember member;
};

class Packer {
 public:
  // `jobs` threads, the caller's among them; 0: one per processor. `progress`, if there is one, is
  // called within take() with the number of bytes that are done, of all items.
  Packer(std::vector<PackItem> items, int compression_level, unsigned jobs,
         std::function<void(uint64_t done, uint64_t total)> progress = nullptr);
  ~Packer();

  // Item `index`; to be called once for each, in ascending order. The caller's thread works along.
  // Throws what the first item that failed threw, with its path.
  PackedItem take(size_t index);
  // The file itself, once it was taken; valid while the packer lives.
  const elf::EditedImage& image(size_t index) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace elfwheel::repair
