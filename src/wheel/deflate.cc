#include "wheel/deflate.h"

#include <libdeflate.h>

#include <memory>
#include <new>

namespace elfwheel::wheel {
namespace {

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

}  // namespace

Buffer deflate(Bytes content, int level) {
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(level));
  if (!compressor) throw std::bad_alloc();
  Buffer packed(libdeflate_deflate_compress_bound(compressor.get(), content.size()));
  packed.truncate(libdeflate_deflate_compress(compressor.get(), content.data(), content.size(),
                                              packed.data(), packed.size()));
  return packed;
}

}  // namespace elfwheel::wheel
