# Run by cpack -G DEB behind its work: dpkg-deb packs anew what cpack packed, since cpack's packages
# depend on the machine. Their Installed-Size counts directories as large as this file system makes
# them, and the members of the outer archive have the umask's permissions.
cmake_policy(VERSION 3.25)

function(elfwheel_run)
  execute_process(COMMAND ${ARGN} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Sets `variable` to what dpkg-gencontrol counts: whole KiB of each file, one for anything else.
function(elfwheel_installed_size variable root)
  file(GLOB_RECURSE paths LIST_DIRECTORIES true ${root}/*)
  set(total 0)
  foreach(path ${paths})
    set(kilobytes 1)
    if(path MATCHES "^${root}/DEBIAN")
      set(kilobytes 0)
    elseif(NOT IS_DIRECTORY ${path})
      file(SIZE ${path} bytes)
      math(EXPR kilobytes "(${bytes} + 1023) / 1024")
    endif()
    math(EXPR total "${total} + ${kilobytes}")
  endforeach()
  set(${variable} ${total} PARENT_SCOPE)
endfunction()

foreach(package ${CPACK_PACKAGE_FILES})
  set(root ${package}.root)
  elfwheel_run(dpkg-deb --raw-extract ${package} ${root})
  elfwheel_installed_size(size ${root})
  elfwheel_run(sed -i "s/^Installed-Size: .*/Installed-Size: ${size}/" ${root}/DEBIAN/control)
  elfwheel_run(chmod 755 ${root} ${root}/DEBIAN)
  elfwheel_run(dpkg-deb --root-owner-group -Zxz --build ${root} ${package})
  file(REMOVE_RECURSE ${root})
endforeach()
