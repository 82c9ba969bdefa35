# Run by cpack at its start: packages are as old as SOURCE_DATE_EPOCH or else the last commit, so that
# the same source gives the same bytes.
if("$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  execute_process(COMMAND git -C ${CMAKE_CURRENT_LIST_DIR} log -1 --format=%ct
                  OUTPUT_VARIABLE elfwheel_time OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET RESULT_VARIABLE elfwheel_status)
  if(NOT elfwheel_status EQUAL 0)
    string(TIMESTAMP elfwheel_time %s)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} ${elfwheel_time})
endif()
