#!/bin/bash
# What README shows: one command of each kind, on the packages of the stories. It needs what
# `tools/setup test` installs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/docs/stories/import_fails
. "$root/docs/stories/story_words.sh"
. "$root/docs/stories/wheel_words.sh"
. "$here/words.sh"

echo "# Repair: a wheel that works on its build machine alone becomes one that works"
"$python" -B "$root/testdata/wheels/build_cyfes.py" --no-nvcc --form dlopen --out . >/dev/null
show "$elfwheel" repair CyFES-2.7-cp311-cp311-linux_x86_64.whl
show "$elfwheel" verify wheelhouse/*.whl

echo "# See: which library does each of two extensions call, in one process?"
"$root/docs/stories/two_blas/build" .
show "$elfwheel" bindings --conflicts --dlopen numkl/_numkl.so:global --dlopen numpy/_numpy.so \
  /usr/bin/python3

echo "# Change: any field of a finished file, and nothing else of it"
fresh
mv right.so pkg.libs/libanswer-0352e75f.so.2
show "$elfwheel" replace-needed libanswer.so.2 libanswer-0352e75f.so.2 pkg/_ext.so
show "$elfwheel" print-rpath pkg/_ext.so
