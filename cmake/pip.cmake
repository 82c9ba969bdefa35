# What `pip install .` and `python -m build` put into a wheel (pyproject.toml): the program, and the
# terms of what is linked into it or copied beside it by tools/build_wheel, as Debian keeps them.
if(NOT SKBUILD)
  return()
endif()

install(TARGETS elfwheel DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT pip)
foreach(package libcli11-dev libdeflate-dev libfmt-dev libssl-dev libstdc++6 nlohmann-json3-dev
                libbz2-1.0 libssl3 libzip4)
  install(FILES /usr/share/doc/${package}/copyright COMPONENT pip OPTIONAL
          DESTINATION ${SKBUILD_METADATA_DIR}/licenses/third_party RENAME ${package})
endforeach()
