# SPDX-License-Identifier: Apache-2.0
# rustnet_module(<folder> DEPS ...)   the folder's *.cc as one static library, named after its path
#                                     ("common/net/flow" -> rustnet_common_net_flow).  Of files that differ
#                                     only by platform suffix the first of RUSTNET_PLATFORM_SUFFIXES is taken.
# rustnet_test(<folder> DEPS ...)     tests/unit/<folder>/*_test.cc as one program, label "unit"; links that module alone.

function(rustnet_target_name folder out)
  string(REPLACE "/" "_" name "rustnet_${folder}")
  set(${out} ${name} PARENT_SCOPE)
endfunction()

# Removes from `sources` the platform files that are not for this platform.
function(rustnet_choose_platform sources out)
  set(chosen)
  set(stems)
  list(JOIN RUSTNET_ALL_SUFFIXES "|" any)
  foreach(file ${sources})
    if(file MATCHES "^(.*)_(${any})\\.cc$")
      list(APPEND stems ${CMAKE_MATCH_1})
    else()
      list(APPEND chosen ${file})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES stems)
  foreach(stem ${stems})
    foreach(suffix ${RUSTNET_PLATFORM_SUFFIXES})
      if("${stem}_${suffix}.cc" IN_LIST sources)
        list(APPEND chosen ${stem}_${suffix}.cc)
        break()
      endif()
    endforeach()
  endforeach()
  set(${out} ${chosen} PARENT_SCOPE)
endfunction()

function(rustnet_module folder)
  cmake_parse_arguments(ARG "" "" "DEPS;EXCLUDE" ${ARGN})
  rustnet_target_name(${folder} name)
  file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  foreach(skip ${ARG_EXCLUDE})
    list(REMOVE_ITEM found ${PROJECT_SOURCE_DIR}/${folder}/${skip})
  endforeach()
  rustnet_choose_platform("${found}" sources)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC rustnet_options ${ARG_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE rustnet_options ${ARG_DEPS})
  endif()
endfunction()

# Linked last: what says nothing useful about test tables and GoogleTest's macros.
add_library(rustnet_test_options INTERFACE)
target_compile_options(rustnet_test_options INTERFACE -Wno-conversion -Wno-sign-conversion -Wno-shadow
  -Wno-dangling-else)

function(rustnet_test folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  rustnet_target_name(${folder} module)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${folder}/*_test.cc)
  if(NOT sources OR NOT TARGET ${module})
    return()
  endif()
  add_executable(${module}_test ${sources})
  target_link_libraries(${module}_test PRIVATE ${module} ${ARG_DEPS} GTest::gtest_main GTest::gmock
    rustnet_test_options)
  add_test(NAME unit/${folder} COMMAND ${module}_test)
  set_tests_properties(unit/${folder} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
