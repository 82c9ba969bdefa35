# The library, or the extension, is not there or not what its name says.

echo "# cannot open shared object file"
fresh
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so
show "$elfwheel" lddtree --explain pkg/_ext.so
show "$elfwheel" lddtree --why libanswer.so.2 pkg/_ext.so

echo "# cannot open shared object file, though it is there"
aarch64-linux-gnu-gcc -shared -fPIC -nostdlib -x c /dev/null -o pkg.libs/libanswer.so.2
import
show "$elfwheel" lddtree --explain pkg/_ext.so

echo "# wrong ELF class"
# A library for 32-bit processors, as far as a loader looks.
cp right.so pkg.libs/libanswer.so.2
printf '\001' | dd of=pkg.libs/libanswer.so.2 bs=1 seek=4 conv=notrunc status=none
import
show "$elfwheel" lddtree --explain pkg/_ext.so

echo "# invalid ELF header"
# What git leaves where a file is kept by its large file storage.
cat >pkg.libs/libanswer.so.2 <<'POINTER'
version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 15944
POINTER
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so
show "$elfwheel" inspect pkg.libs/libanswer.so.2

echo "# file too short"
: >pkg.libs/libanswer.so.2
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so

echo "# cannot dynamically load executable"
echo 'int main(void) { return 42; }' | gcc -x c - -o pkg.libs/libanswer.so.2
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so

echo "# address/offset not page-aligned"
cp right.so pkg.libs/libanswer.so.2
/usr/bin/python3 "$here/misplace_segment.py" pkg.libs/libanswer.so.2
import
show "$elfwheel" lddtree --skip-system pkg/_ext.so

echo "# failed to map segment"
cp right.so pkg.libs/libanswer.so.2
mkdir noexec
[ "$(id -u)" = 0 ] && user= || user=-r
as_mounted() {
  unshare $user -m sh -c 'mount -t tmpfs -o noexec none noexec && cp -r pkg pkg.libs noexec &&
    PYTHONPATH=noexec/pkg exec /usr/bin/python3 -B -c "import _ext"' 2>&1 | tail -n 1
}
echo '$ python3 -c "import _ext"'
as_mounted | sed "s#$work/noexec/##g"
rmdir noexec
echo
