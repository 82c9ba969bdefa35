# musl's loader has sentences of its own.

echo 'int answer(void) { return 42; }' >answer.c
echo 'int question(void) { return 42; }' >question.c
echo 'int answer(void); int main(void) { return answer(); }' >main.c
musl-gcc -shared -fPIC answer.c -o libanswer.so.2 -Wl,-soname,libanswer.so.2
musl-gcc main.c libanswer.so.2 -o program -Wl,-rpath,'$ORIGIN/lib'
rm libanswer.so.2

echo "# Error loading shared library"
start ./program
show "$elfwheel" lddtree --explain program

echo "# Error relocating: symbol not found"
mkdir lib
musl-gcc -shared -fPIC question.c -o lib/libanswer.so.2 -Wl,-soname,libanswer.so.2
start ./program
show "$elfwheel" symbols program answer

# A library that was made for glibc.
gcc -shared -fPIC -O1 -x c - -o lib/libanswer.so.2 -Wl,-soname,libanswer.so.2 <<'SOURCE'
#include <gnu/libc-version.h>
int answer(void) { return gnu_get_libc_version()[0]; }
SOURCE
start ./program
show "$elfwheel" lddtree program
show "$elfwheel" symbols program gnu_get_libc_version

echo "# No such file or directory, of a program"
# A program for musl on a system that has none: here by a loader that is nowhere.
gcc -x c - -o program -Wl,--dynamic-linker=/lib/ld-musl-gone.so.1 <<'SOURCE'
int main(void) { return 0; }
SOURCE
echo '$ python3 -c "import subprocess; subprocess.run(['"'./program'"'])"'
/usr/bin/python3 -B -c "import subprocess; subprocess.run(['./program'])" 2>&1 | tail -n 1
echo
show "$elfwheel" lddtree program
