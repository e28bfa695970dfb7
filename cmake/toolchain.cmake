# SPDX-License-Identifier: Apache-2.0
# Language level, warnings and hardening for our own code (target rustnet_options), and the platform's suffixes.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(RUSTNET_SANITIZE "" CACHE STRING "-fsanitize= list")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

include(CheckPIESupported)
check_pie_supported()

add_library(rustnet_options INTERFACE)
target_include_directories(rustnet_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(rustnet_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
  -fstack-protector-strong)
target_compile_definitions(rustnet_options INTERFACE _GLIBCXX_ASSERTIONS RUSTNET_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${RUSTNET_WITH_CRYPTO}>:RUSTNET_WITH_CRYPTO=1>
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_link_options(rustnet_options INTERFACE -Wl,-z,relro,-z,now)
if(RUSTNET_WERROR)
  target_compile_options(rustnet_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(rustnet_options INTERFACE -Wthread-safety)
endif()
if(RUSTNET_SANITIZE)
  target_compile_options(rustnet_options INTERFACE -fsanitize=${RUSTNET_SANITIZE} -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(rustnet_options INTERFACE -fsanitize=${RUSTNET_SANITIZE})
endif()
if(RUSTNET_BUILD_FUZZ)
  # All code, not the targets alone: libFuzzer steers by the branches that it sees.
  target_compile_options(rustnet_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A platform file's suffixes, most specific first: the first that exists is built.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(RUSTNET_PLATFORM_SUFFIXES linux posix none)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
  set(RUSTNET_PLATFORM_SUFFIXES macos bsd posix none)
elseif(CMAKE_SYSTEM_NAME MATCHES "^(FreeBSD|OpenBSD|NetBSD)$")
  string(TOLOWER ${CMAKE_SYSTEM_NAME} os)
  set(RUSTNET_PLATFORM_SUFFIXES ${os} bsd posix none)
elseif(WIN32)
  set(RUSTNET_PLATFORM_SUFFIXES windows none)
else()
  set(RUSTNET_PLATFORM_SUFFIXES none)
endif()
set(RUSTNET_ALL_SUFFIXES linux macos freebsd openbsd netbsd windows bsd posix none)
