#!/bin/sh
# Two libtvm.so on different paths. Which one is in the process, and who calls which?
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../story_words.sh"

# Loads the package as tvm/__init__.py does, and the plug-in, in this order.
observe() { # FIRST SECOND
  /usr/bin/python3 -B -c "
import ctypes
mode = {'tvm/libtvm.so': ctypes.RTLD_GLOBAL, 'plugin/libplugin.so': ctypes.RTLD_LOCAL}
opened = {name: ctypes.CDLL('./' + name, mode[name]) for name in ('$1', '$2')}
tvm, plugin = opened['tvm/libtvm.so'], opened['plugin/libplugin.so']
tvm.TVMGetVersion.restype = plugin.plugin_version.restype = ctypes.c_char_p
plugin.plugin_init()
print('observed in Python: the package is', tvm.TVMGetVersion().decode() + ', the plug-in calls',
      plugin.plugin_version().decode() + ', the package knows plugin.run:',
      bool(tvm.TVMFuncGetGlobal(b'plugin.run')))"
  echo
}

"$here/build" .
echo "# Which library defines TVMFuncGetGlobal for the plug-in, and which libtvm.so is it?"
show "$elfwheel" symbols plugin/libplugin.so TVMFuncGetGlobal

echo "# The package first, as Python code does it."
show "$elfwheel" bindings --symbol TVMFuncRegisterGlobal --dlopen tvm/libtvm.so:global \
  --dlopen plugin/libplugin.so /usr/bin/python3
show "$elfwheel" bindings --conflicts --dlopen tvm/libtvm.so:global \
  --dlopen plugin/libplugin.so /usr/bin/python3
observe tvm/libtvm.so plugin/libplugin.so

echo "# The plug-in first."
show "$elfwheel" bindings --conflicts --dlopen plugin/libplugin.so \
  --dlopen tvm/libtvm.so:global /usr/bin/python3
observe plugin/libplugin.so tvm/libtvm.so
