#include "repair/bundles.h"

#include <algorithm>
#include <array>

#include "repair/patterns.h"

namespace elfwheel::repair {

// Source: glibc 2.36, shlib-versions and the Makefiles' extra-libs; musl has one file for all.
bool belongs_to_libc(std::string_view name) {
  constexpr std::array<std::string_view, 13> kNames = {
      "libc.so.6",       "libm.so.6",      "libdl.so.2",        "librt.so.1",
      "libpthread.so.0", "libutil.so.1",   "libanl.so.1",       "libnsl.so.1",
      "libmvec.so.1",    "libresolv.so.2", "libthread_db.so.1", "libBrokenLocale.so.1",
      "libc.so"};
  return name.starts_with("libc.musl-") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_bundled(const AuditOptions& options, const std::string& name) {
  return matches_any(options.bundles, name) && !belongs_to_libc(name);
}

}  // namespace elfwheel::repair
