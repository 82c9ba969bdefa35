#!/bin/bash
# A package with a CUDA library in .data/data: built, repaired by auditwheel and by elfwheel, installed
# and used. It needs what `tools/setup test` installs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$here/../story_words.sh"
. "$here/../wheel_words.sh"

# build_wheel FORM DIRECTORY: by g++ in any case, so that the wheel is the same with and without nvcc.
build_wheel() {
  "$python" -B "$root/testdata/wheels/build_cyfes.py" --no-nvcc --form "$1" --out "$2" >/dev/null
}

# elsewhere WHEEL: installs it into a fresh environment and uses it where the toolkit and libgomp are
# hidden.
elsewhere() {
  typed elsewhere "$1"
  "$python" -B -m support.cyfes_session "$1" | grep -v '^  hidden' | tidy
  echo
}

built=CyFES-2.7-cp311-cp311-linux_x86_64.whl
claimed=CyFES-2.7-cp311-cp311-manylinux_2_34_x86_64.whl

echo "# The wheel as its build machine leaves it"
build_wheel needed dist
show "$elfwheel" show "dist/$built"
elsewhere "dist/$built" || true

echo "# What auditwheel makes of it"
show_last auditwheel repair --plat auto -w failed "dist/$built"

echo "# What auditwheel makes of the other form"
build_wheel dlopen other
show_last auditwheel repair --plat auto -w audited "other/$built"
elsewhere "audited/$claimed" || true
show "$elfwheel" verify "audited/$claimed"

echo "# What elfwheel makes of it"
show "$elfwheel" repair -w wheelhouse "dist/$built"
show "$elfwheel" verify "wheelhouse/$claimed"
elsewhere "wheelhouse/$claimed"

echo "# What elfwheel makes of the other form"
show "$elfwheel" repair --quiet -w opened "other/$built"
elsewhere "opened/$claimed"

echo "# A later auditwheel"
show_last auditwheel repair --plat auto --exclude 'libcu*' --exclude 'libgomp*' -w again \
  "wheelhouse/$claimed"
elsewhere "again/$claimed"
