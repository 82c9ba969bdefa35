# What the cases share: how the package is made whose import fails, and how it is imported.

# fresh: a package whose extension pkg/_ext.so needs answer() of libanswer.so.2, version ANSWER_2, and
# has a path to pkg.libs; and there is nothing in pkg.libs yet.
fresh() {
  rm -rf pkg pkg.libs
  mkdir pkg pkg.libs
  answer_library libanswer.so.2 'int answer(void) { return 42; }' \
    'ANSWER_1 { local: *; }; ANSWER_2 { global: answer; } ANSWER_1;'
  extension libanswer.so.2
  mv libanswer.so.2 right.so
}

# answer_library FILE SOURCE [VERSIONS [OPTION...]]
answer_library() {
  out=$1
  printf '%s\n' "$2" >source.c
  printf '%s\n' "${3:-{ global: *; \};}" >versions
  shift 2
  [ $# = 0 ] || shift
  gcc -shared -fPIC -O1 source.c -o "$out" -Wl,-soname,libanswer.so.2 \
    -Wl,--version-script=versions "$@"
  rm source.c versions
}

# extension OPTION...: pkg/_ext.so, linked with these.
extension() {
  gcc -shared -fPIC -O1 $(/usr/bin/python3-config --includes) "$here/extension.c" -o pkg/_ext.so \
    "$@" -Wl,-rpath,'$ORIGIN/../pkg.libs'
}

# import [COMMAND...]: what Python says of it, started by COMMAND.
import() {
  echo "$ ${*:+$* }python3 -c \"import _ext\""
  PYTHONPATH=pkg "$@" /usr/bin/python3 -B -c "import _ext; print(_ext.ask())" 2>&1 | tail -n 1 |
    sed "s#$work/##g"
  echo
}

# start PROGRAM: what it says, and its status.
start() {
  echo "$ $*"
  status=0
  "$@" >said 2>&1 || status=$?
  sed "s#$work/##g" said
  echo "(exit status $status)"
  echo
}

# installed: env becomes an environment with the package in it, as pip leaves it.
installed() {
  site=env/lib/python3.11/site-packages
  rm -rf env
  mkdir -p "$site"
  cp -r pkg pkg.libs "$site"
  /usr/bin/python3 "$here/list_files.py" "$site"
}
