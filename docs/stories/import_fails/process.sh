# All is found, and the process cannot take it.

# The extension finds a library without versions from here on.
fresh
answer_library libanswer.so.2 'int answer(void) { return 42; }'
extension libanswer.so.2
mv pkg/_ext.so pkg/_ext.abi3.so
gcc -O1 "$here/without_new_code.c" -o without_new_code

echo "# cannot allocate memory in static TLS block"
answer_library pkg.libs/libanswer.so.2 '__thread char room[4096]; int answer(void) { return room[2]; }' \
  '{ global: answer; local: *; };' -ftls-model=initial-exec
import
installed
show "$elfwheel" verify --prefix env

echo "# cannot enable executable stack"
answer_library pkg.libs/libanswer.so.2 'int answer(void) { return 42; }' '{ global: *; };' -z execstack
import ./without_new_code
installed
show "$elfwheel" verify --prefix env
show "$elfwheel" patchelf --clear-execstack pkg.libs/libanswer.so.2
import ./without_new_code

echo "# cannot make segment writable"
gcc -shared -nostdlib "$here/text_relocation.s" -o pkg.libs/libanswer.so.2 -Wl,-soname,libanswer.so.2 \
  -Wl,-z,notext
import ./without_new_code
installed
show "$elfwheel" verify --prefix env

echo "# CPU ISA level is lower than required"
# A level that no processor has.
answer_library pkg.libs/libanswer.so.2 'int answer(void) { return 42; }' '{ global: *; };' \
  "$here/isa_level.s"
import
installed
show "$elfwheel" verify --prefix env
