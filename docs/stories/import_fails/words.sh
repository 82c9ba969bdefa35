#!/bin/sh
# build DIR: the extension DIR/pkg/_ext.so, made against DIR/sdk/libanswer.so, which is version 2 and
# is wanted in the place that the extension's rpath names, DIR/pkg.libs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/pkg" "$1/pkg.libs" "$1/sdk" "$1/old"
cd "$1"

library() { # FILE SOURCE VERSIONS
  printf '%s\n' "$2" >source.c
  printf '%s\n' "$3" >versions
  gcc -shared -fPIC -O1 source.c -o "$1" -Wl,-soname,libanswer.so.2 -Wl,--version-script=versions
  rm source.c versions
}
library sdk/libanswer.so.2 'int answer(void) { return 42; }' \
  'ANSWER_1 { local: *; }; ANSWER_2 { global: answer; } ANSWER_1;'
library old/libanswer.so.2 'int question(void) { return 6 * 7; }' \
  'ANSWER_1 { global: question; local: *; };'
library old/without_versions.so 'int question(void) { return 6 * 7; }' '{ global: *; };'
gcc -shared -fPIC -O1 $(/usr/bin/python3-config --includes) "$here/extension.c" -o pkg/_ext.so \
  sdk/libanswer.so.2 -Wl,-rpath,'$ORIGIN/../pkg.libs'
