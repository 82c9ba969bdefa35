#include "wheel/dos_time.h"

#include <algorithm>
#include <chrono>

namespace elfwheel::wheel {
namespace {

constexpr int64_t kSecondsADay = 86400;
constexpr int kFirstYear = 1980;

int64_t seconds_of(std::chrono::year_month_day day) {
  return std::chrono::sys_days(day).time_since_epoch().count() * kSecondsADay;
}

constexpr std::chrono::year_month_day civil(int year, unsigned month, unsigned day) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

}  // namespace

int64_t from_dos_time(DosTime dos) {
  auto day = civil(kFirstYear + (dos.date >> 9), dos.date >> 5 & 15u, dos.date & 31u);
  if (!day.ok()) day = civil(kFirstYear, 1, 1);
  const int64_t hour = dos.time >> 11;
  const int64_t minute = dos.time >> 5 & 63;
  const int64_t second = (dos.time & 31) * 2;
  const bool valid = hour < 24 && minute < 60 && second < 60;
  return seconds_of(day) + (valid ? hour * 3600 + minute * 60 + second : 0);
}

DosTime to_dos_time(int64_t seconds) {
  const int64_t first = seconds_of(civil(kFirstYear, 1, 1));
  const int64_t last = seconds_of(civil(kFirstYear + 127, 12, 31)) + kSecondsADay - 2;
  seconds = std::clamp(seconds, first, last);
  const std::chrono::year_month_day day{
      std::chrono::sys_days(std::chrono::days(seconds / kSecondsADay))};
  const int64_t in_day = seconds % kSecondsADay;
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()) - kFirstYear);
  DosTime dos;
  dos.date = static_cast<uint16_t>(year << 9 | static_cast<unsigned>(day.month()) << 5 |
                                   static_cast<unsigned>(day.day()));
  dos.time = static_cast<uint16_t>(in_day / 3600 << 11 | in_day / 60 % 60 << 5 | in_day % 60 / 2);
  return dos;
}

}  // namespace elfwheel::wheel
