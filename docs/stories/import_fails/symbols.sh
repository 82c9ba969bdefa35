# The library is there, and somebody does not have the function.

echo "# undefined symbol"
fresh
answer_library pkg.libs/libanswer.so.2 'int question(void) { return 6 * 7; }'
import
show "$elfwheel" symbols pkg/_ext.so answer
show "$elfwheel" symbols --defined pkg.libs/libanswer.so.2
show "$elfwheel" bindings --symbol answer --dlopen pkg/_ext.so /usr/bin/python3

echo "# undefined symbol: _Z"
# The library was built for the std::string of before GCC 5, the extension for that of today.
printf '#include <string>\nint count(std::string s) { return s.size(); }\n' |
  g++ -shared -fPIC -O1 -D_GLIBCXX_USE_CXX11_ABI=0 -x c++ - -o pkg.libs/libanswer.so.2 \
    -Wl,-soname,libanswer.so.2
printf '#include <string>\nint count(std::string);\nextern "C" int answer() { return count("x"); }\n' |
  g++ -c -fPIC -O1 -x c++ - -o calls.o
extension calls.o -Wl,--no-as-needed pkg.libs/libanswer.so.2 -lstdc++
import
show "$elfwheel" symbols --demangle pkg/_ext.so _Z5countNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE
show "$elfwheel" symbols --defined --demangle pkg.libs/libanswer.so.2

echo "# undefined symbol: Py"
# As an extension of Python 2.
printf 'void* PyString_FromString(const char*);\nint answer(void) { return !PyString_FromString(""); }\n' |
  gcc -c -fPIC -O1 -x c - -o calls.o
extension calls.o
import
show "$elfwheel" bindings --symbol PyString_FromString --dlopen pkg/_ext.so /usr/bin/python3

echo "# symbol lookup error"
answer_library libanswer.so.2 'int answer(void) { return 42; }'
answer_library pkg.libs/libanswer.so.2 'int question(void) { return 6 * 7; }'
echo 'int answer(void); int main(int argc, char** argv) { return argc > 1 ? answer() : !argv; }' |
  gcc -x c - -x none libanswer.so.2 -o program -Wl,-z,lazy,-rpath,'$ORIGIN/pkg.libs'
start ./program
start ./program now
show "$elfwheel" bindings --symbol answer program
