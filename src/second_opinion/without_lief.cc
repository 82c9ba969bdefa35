// What this room says in a build without LIEF.

#include "elfwheel/base/error.h"
#include "elfwheel/second_opinion/second_opinion.h"

namespace elfwheel::second_opinion {

bool available() { return false; }

elf::SecondOpinion by_lief() {
  throw Error(ErrorCode::kUnsupported,
              "there is no cross-check: this program was built without LIEF (liblief-dev)");
}

}  // namespace elfwheel::second_opinion
