// What `show` tells about a wheel: the tag it can claim, and what holds it back.
#pragma once

#include <string>

#include "elfwheel/repair/audit.h"
#include "elfwheel/report/json.h"
#include "elfwheel/report/text_style.h"

namespace elfwheel::report {

struct ShownWheel {
  std::string file_name;
  repair::WheelAudit audit;
  // The platform tag that a repair would give it; "" where none is possible.
  std::string repaired_tag;
};

// A page: tags, libraries outside with who needs them, then for the rule that is strictest what
// stands against the next better tag: file, symbol and version. Long lists are cut, with a count.
std::string render_wheel(const ShownWheel& wheel, const TextStyle& style);

// The object that `auditwheel show --json` prints: same keys, same forms. A wheel without ELF files
// of its own gives {"version", "wheel", "error"}, or {"version", "wheel", "pure": true} where that
// is `allowed`. Source: auditwheel 6.8.2 main_show.py, show-schema.json.
Json wheel_json(const ShownWheel& wheel, bool allow_pure);

}  // namespace elfwheel::report
