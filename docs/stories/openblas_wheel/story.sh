#!/bin/bash
# OpenBLAS in a wheel of its own: the wheels that use it find it there, and nobody copies it in.
# It needs what `tools/setup test` installs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$here/../story_words.sh"
. "$here/../wheel_words.sh"

# What pip says of the rest is noise here.
install() { # ENVIRONMENT WHEEL...
  "$python" -I -m venv --without-pip "$1"
  typed pip install "${@:2}"
  "$python" -I -m pip --python "$1/bin/python" install --quiet --no-index --no-deps --no-compile \
    --disable-pip-version-check "${@:2}"
  echo
}

# use ENVIRONMENT PACKAGE...: imports them in one process, and says which OpenBLAS it has.
use() {
  typed python -c "import ${2}${3:+, $3}"
  "$1/bin/python" -I -B -c "
import $2${3:+, $3}
print('dot:', $2.dot()${3:+, $3.dot()})
print(*sorted({line.split()[5] for line in open('/proc/self/maps') if 'openblas64_' in line}),
      sep='\n')" >used 2>error || tail -n 1 error
  tidy <used
  echo
}

blas=$(echo "$cache"/wheels/scipy_openblas64-*.whl)
unzip -q "$blas" 'scipy_openblas64/lib/lib*' -d unpacked
openblas=unpacked/scipy_openblas64/lib
for name in numpie scipie; do "$python" -B "$here/build.py" $name $openblas dist; done
"$python" -B "$here/build.py" inprefix $openblas dist --data
tag=cp311-cp311-linux_x86_64.whl

echo "# Copied in"
show "$elfwheel" repair --ldpaths $openblas -w copied "dist/scipie-1-$tag"

echo "# Left out"
show "$elfwheel" repair --exclude 'libscipy_openblas*' -w excluded "dist/numpie-1-$tag"
install .venv0 excluded/*.whl "$blas"
use .venv0 numpie || true

echo "# In the other wheel"
show "$elfwheel" repair --depends-on "$blas" -w wheelhouse "dist/numpie-1-$tag"

echo "# From .data/data/lib"
show "$elfwheel" repair --depends-on "$blas" -w wheelhouse "dist/inprefix-1-$tag"

echo "# Used"
install .venv wheelhouse/*.whl "$blas"
use .venv numpie inprefix

echo "# Verified alone, and with what they depend on"
show "$elfwheel" verify wheelhouse/numpie*.whl
show "$elfwheel" verify wheelhouse/*.whl "$blas"

echo "# Somebody copied it in as well"
install .venv2 wheelhouse/numpie*.whl copied/*.whl "$blas"
use .venv2 numpie scipie
show "$elfwheel" verify -v --prefix .venv2
