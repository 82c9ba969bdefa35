# The loader is content, and Python is not.

fresh
cp right.so pkg.libs/libanswer.so.2

echo "# does not define module export function"
mv pkg/_ext.so pkg/_other.so
echo '$ python3 -c "import _other"'
PYTHONPATH=pkg /usr/bin/python3 -B -c "import _other" 2>&1 | tail -n 1
echo
show "$elfwheel" symbols pkg/_other.so PyInit__other
show "$elfwheel" symbols --defined pkg/_other.so

echo "# No module named"
mv pkg/_other.so pkg/_ext.cpython-310-x86_64-linux-gnu.so
import
installed
show "$elfwheel" verify --prefix env

echo "# The right one."
mv pkg/_ext.cpython-310-x86_64-linux-gnu.so pkg/_ext.so
import
show "$elfwheel" bindings --symbol answer --dlopen pkg/_ext.so /usr/bin/python3
