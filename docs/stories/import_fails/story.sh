#!/bin/sh
# `import` fails. What the message means, and which command explains it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../story_words.sh"

import() {
  echo '$ python3 -c "import _ext"'
  PYTHONPATH=pkg /usr/bin/python3 -B -c "import _ext; print(_ext.ask())" 2>&1 | tail -n 1 |
    sed "s#$work/##g"
  echo
}

"$here/build" .

echo "# 1. The library is not where the extension looks."
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so
show "$elfwheel" lddtree --explain pkg/_ext.so

echo "# 2. It is there, but another version of it."
cp old/libanswer.so.2 pkg.libs/
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so

echo "# 3. It is there, and does not have the function."
cp old/without_versions.so pkg.libs/libanswer.so.2
import
show "$elfwheel" symbols pkg/_ext.so answer
show "$elfwheel" bindings --symbol answer --dlopen pkg/_ext.so /usr/bin/python3

echo "# 4. The right one."
cp sdk/libanswer.so.2 pkg.libs/
import
show "$elfwheel" bindings --symbol answer --dlopen pkg/_ext.so /usr/bin/python3
