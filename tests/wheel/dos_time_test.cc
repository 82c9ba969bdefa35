#include "wheel/dos_time.h"

#include <gtest/gtest.h>

namespace elfwheel::wheel {
namespace {

constexpr int64_t kFirst = 315532800;  // 1980-01-01 00:00:00
constexpr int64_t kLast = 4354819198;  // 2107-12-31 23:59:58

TEST(DosTime, ReadsItsOwnTimes) {
  for (const int64_t seconds : {kFirst, int64_t{951827696}, int64_t{1735732800}, kLast})
    EXPECT_EQ(from_dos_time(to_dos_time(seconds)), seconds);
}

TEST(DosTime, IsEvenAndWithinItsYears) {
  EXPECT_EQ(from_dos_time(to_dos_time(1735732801)), 1735732800);
  EXPECT_EQ(from_dos_time(to_dos_time(0)), kFirst);
  EXPECT_EQ(from_dos_time(to_dos_time(-1)), kFirst);
  EXPECT_EQ(from_dos_time(to_dos_time(int64_t{1} << 40)), kLast);
}

TEST(DosTime, HasTheLayoutOfTheSpecification) {
  const DosTime dos = to_dos_time(1735732846);  // 2025-01-01 12:00:46
  EXPECT_EQ(dos.date, 45 << 9 | 1 << 5 | 1);
  EXPECT_EQ(dos.time, 12 << 11 | 0 << 5 | 23);
}

TEST(DosTime, ReadsZerosAndNonsenseAsTheFirstDay) {
  EXPECT_EQ(from_dos_time({0, 0}), kFirst);
  EXPECT_EQ(from_dos_time({0xffff, 0}), kFirst);
  EXPECT_EQ(from_dos_time({0, 45 << 9 | 2 << 5 | 31}), kFirst);  // February 31
}

}  // namespace
}  // namespace elfwheel::wheel
