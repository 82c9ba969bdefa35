#!/bin/sh
# Two extension modules, each with a BLAS of its own. Whose dsyevd_ does each of them get?
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../story_words.sh"

# Imports two modules in this order, the first in this mode, as `import` does.
observe() { # MODE FIRST SECOND
  PYTHONPATH=numpy:numkl /usr/bin/python3 -B -c "
import os, sys
usual = sys.getdlopenflags()
sys.setdlopenflags(usual | {'local': 0, 'global': os.RTLD_GLOBAL, 'deepbind': os.RTLD_DEEPBIND}['$1'])
import $2
sys.setdlopenflags(usual)
import $3
print('observed in Python: _numpy', _numpy.order(), ' _numkl', _numkl.order())"
  echo
}

echo "# Each library has its own name. Python imports with RTLD_LOCAL."
"$here/build" .
show "$elfwheel" bindings --symbol dsyevd_ --dlopen numkl/_numkl.so --dlopen numpy/_numpy.so \
  /usr/bin/python3
show "$elfwheel" bindings --conflicts --dlopen numkl/_numkl.so --dlopen numpy/_numpy.so \
  /usr/bin/python3
observe local _numkl _numpy

echo "# The first is imported with RTLD_GLOBAL."
show "$elfwheel" bindings --conflicts --dlopen numkl/_numkl.so:global --dlopen numpy/_numpy.so \
  /usr/bin/python3
observe global _numkl _numpy

echo "# The other way round."
show "$elfwheel" bindings --symbol dsyevd_ --dlopen numpy/_numpy.so:global \
  --dlopen numkl/_numkl.so /usr/bin/python3
observe global _numpy _numkl

echo "# Both libraries have one SONAME."
rm -r numpy numkl
"$here/build" . libblas.so.3
show "$elfwheel" bindings --conflicts --dlopen numkl/_numkl.so --dlopen numpy/_numpy.so \
  /usr/bin/python3
observe local _numkl _numpy
