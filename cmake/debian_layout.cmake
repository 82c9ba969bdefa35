# Run by cpack -G DEB when the components are staged: what Debian's policy wants and a plain install
# has not. Compressed man pages (12.1), a changelog (12.7) and a copyright file (12.5) with the
# notices of what is linked statically, zsh's completions where its package looks; and one time for
# all files (package_time.cmake).
cmake_policy(VERSION 3.25)

function(elfwheel_run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Writes `text` to `file`, which everybody may read whatever the umask.
function(elfwheel_write file text)
  file(WRITE ${file} "${text}")
  file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# Sets `variable` to the text of the packages' copyright files, each under a heading.
function(elfwheel_notices variable)
  set(text "")
  foreach(package ${ARGN})
    set(file /usr/share/doc/${package}/copyright)
    if(EXISTS ${file})
      # Not file(READ), which would make a list of it at each semicolon.
      execute_process(COMMAND cat ${file} OUTPUT_VARIABLE notice COMMAND_ERROR_IS_FATAL ANY)
      string(APPEND text "\n\n---- ${package} ----\n\n${notice}")
    endif()
  endforeach()
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# The files of /usr/share/doc/`package` in the stage `root`, with the notices of `ARGN`.
function(elfwheel_document root package)
  set(documents ${root}/usr/share/doc/${package})
  file(MAKE_DIRECTORY ${documents})
  elfwheel_notices(notices ${ARGN})
  elfwheel_write(${documents}/copyright
"elfwheel: Copyright the elfwheel developers

Licensed under the Apache License, Version 2.0. On Debian systems the full text of that license is in
/usr/share/common-licenses/Apache-2.0.

Parts of the following packages are compiled into what this package holds, under the licenses that
are named there; and parts of GCC's libstdc++, under the GPL, Version 3, with the GCC Runtime Library
Exception.
${notices}")
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  elfwheel_write(${documents}/changelog
"elfwheel (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  elfwheel_run(gzip -9n ${documents}/changelog)
endfunction()

# Where cpack staged each component; one of them may not be packed.
set(runtime ${CPACK_TEMPORARY_DIRECTORY}/runtime)
set(development ${CPACK_TEMPORARY_DIRECTORY}/development)

if(IS_DIRECTORY ${runtime})
  file(GLOB pages ${runtime}/usr/share/man/man*/*)
  if(pages)
    elfwheel_run(gzip -9n ${pages})
  endif()
  if(EXISTS ${runtime}/usr/share/zsh/site-functions)
    file(RENAME ${runtime}/usr/share/zsh/site-functions ${runtime}/usr/share/zsh/vendor-completions)
  endif()
  elfwheel_document(${runtime} ${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME}
                    libssl-dev libdeflate-dev libfmt-dev nlohmann-json3-dev libcli11-dev)
endif()
if(IS_DIRECTORY ${development})
  elfwheel_document(${development} ${CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME}
                    libfmt-dev nlohmann-json3-dev)
endif()

# Directories on the way have the permissions that the umask gave them.
elfwheel_run(find ${CPACK_TEMPORARY_DIRECTORY} -type d -exec chmod 755 {} +)
elfwheel_run(find ${CPACK_TEMPORARY_DIRECTORY} -exec touch --no-dereference
             --date=@$ENV{SOURCE_DATE_EPOCH} {} +)
