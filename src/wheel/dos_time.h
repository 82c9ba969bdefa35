// The two 16-bit words that a zip archive keeps a time in. They know no time zone; here they are
// UTC, so that the same input gives the same archive everywhere.
// Source: PKWARE APPNOTE.TXT 4.4.6.
#pragma once

#include <cstdint>

namespace elfwheel::wheel {

struct DosTime {
  uint16_t time = 0;
  uint16_t date = 0;
};

// Seconds since 1970. A word that is no date or no time (archivers write zeros) is read as
// 1980-01-01 and 00:00:00.
int64_t from_dos_time(DosTime dos);

// Clipped to 1980-01-01 .. 2107-12-31 23:59:58, rounded down to even seconds.
DosTime to_dos_time(int64_t seconds);

}  // namespace elfwheel::wheel
