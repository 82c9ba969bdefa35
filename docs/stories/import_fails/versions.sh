# The library is there, and is an older one.

# stub SONAME VERSION: stub.so, a library of this name that has newer() in this version.
stub() {
  printf '%s { global: newer; };' "$2" >versions
  echo 'int newer(void) { return 0; }' | gcc -shared -fPIC -nostdlib -x c - -o stub.so \
    -Wl,-soname,"$1" -Wl,--version-script=versions
  echo 'int newer(void); int answer(void) { return newer(); }' | gcc -c -fPIC -x c - -o calls.o
  extension calls.o stub.so
}

echo "# version not found"
fresh
answer_library pkg.libs/libanswer.so.2 'int question(void) { return 6 * 7; }' \
  'ANSWER_1 { global: question; local: *; };'
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so

echo "# version GLIBC_... not found"
# This machine is Debian 12, its glibc is 2.36.
stub libc.so.6 GLIBC_2.38
import
show "$elfwheel" lddtree --depth 1 pkg/_ext.so
show "$elfwheel" symbols --undefined pkg/_ext.so
cp pkg/_ext.so newer.so

echo "# version GLIBCXX_... not found"
stub libstdc++.so.6 GLIBCXX_3.4.32
import
show "$elfwheel" lddtree --depth 1 pkg/_ext.so

echo "# version CXXABI_... not found"
stub libstdc++.so.6 CXXABI_1.3.15
import
show "$elfwheel" lddtree --depth 1 pkg/_ext.so
