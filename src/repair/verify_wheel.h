// Wheels under verification: read once, installed on paper alone and in company.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elfwheel/repair/verify.h"
#include "repair/audited_wheel.h"

namespace elfwheel::repair {

// Move-only. What costs inflating is done by load().
struct VerifiedWheel {
  std::string path;  // as named
  wheel::Wheel wheel;
  std::vector<wheel::RecordRow> record;  // the wheel's own; wheel.record is empty once loaded
  std::vector<Finding> record_findings;
  std::optional<AuditedWheel> audited;
};

// Errors: what Wheel::open throws, RECORD's disagreements excepted.
VerifiedWheel open_verified_wheel(const std::string& path);

// Holds everything against RECORD and reads the ELF files; does nothing the second time.
// Errors: what audit_wheel throws.
void load(VerifiedWheel& wheel, const VerifyOptions& options);

// The verification of `wheel`, loaded, in the company of `others`, loaded too, of which one of each
// distribution is installed where its tags fit.
Verification verify_wheel(const VerifiedWheel& wheel,
                          const std::vector<const VerifiedWheel*>& others,
                          const VerifyOptions& options);

}  // namespace elfwheel::repair
