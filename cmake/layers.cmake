# One object library per folder of router/ (a "layer"), gathered into the static library router_core.
#   router_layer(<folder> SOURCES <files> [LINK <libraries>])
# Test files are gathered the same way: router_layer_tests(<folder> SOURCES <files>) feeds router_tests and
# also makes <folder>_tests, a small binary for working on one folder.
#
# What most files include is read once (cmake/precompiled.h); net/ has a set of its own. Files still include what they
# use: the preset fuzz builds without. Where a build is made once and then run (XS_ROUTER_UNITY), eight files of a
# folder are compiled as one: names in unnamed namespaces of the product have to differ within a folder; a test file has
# a namespace of its own, named as the file.

add_library(router_options INTERFACE)
target_include_directories(router_options INTERFACE ${CMAKE_SOURCE_DIR}/router)
target_compile_options(router_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # it speaks of members, too, that the function could not name
  target_compile_options(router_options INTERFACE -Wno-shadow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlaps and overflows in std::string that are not there (GCC bugs 105651 and 105329)
  target_compile_options(router_options INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 builds a vector of two values before they are loaded, in the tail of a loop: objdump of take_left_behind()
  # shows it, no undefined behaviour of ours. Which version no longer does is not known: for a compiler the flag goes when
  # tests/logout/sqlite_outbox_test.cpp passes without it there.
  target_compile_options(router_options INTERFACE -fno-tree-slp-vectorize)
endif()
if(XS_ROUTER_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(router_options INTERFACE -Wno-subobject-linkage)  # warns of unnamed namespaces in included files
endif()
if(XS_ROUTER_WERROR)
  target_compile_options(router_options INTERFACE -Werror)
endif()
if(XS_ROUTER_SANITIZE)
  add_compile_options(-O1 -g1)  # of the directory: it comes first, and the -O0 of the tests wins
  target_compile_options(router_options INTERFACE -fsanitize=${XS_ROUTER_SANITIZE} -fno-omit-frame-pointer
    -foptimize-sibling-calls)
  if(XS_ROUTER_SANITIZE MATCHES "undefined")
    target_compile_options(router_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(XS_ROUTER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences stand beside a mutex, which the sanitizer understands
    target_compile_options(router_options INTERFACE -Wno-tsan)
  endif()
  target_link_options(router_options INTERFACE -fsanitize=${XS_ROUTER_SANITIZE})
  target_compile_definitions(router_options INTERFACE XS_ROUTER_SANITIZED)
endif()
# libstdc++'s bounds assertions are cheap enough to keep in every build: input is hostile.
target_compile_definitions(router_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_libraries(router_options INTERFACE Threads::Threads)

# Tests are compiled without optimization: they are built once and run once.
add_library(router_test_options INTERFACE)
target_link_libraries(router_test_options INTERFACE router_options)
target_compile_options(router_test_options INTERFACE -O0)
target_include_directories(router_test_options INTERFACE ${CMAKE_SOURCE_DIR}/tests)

if(XS_ROUTER_PRECOMPILE)
  foreach(kind "" _test)
    add_library(router${kind}_precompiled OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
    target_link_libraries(router${kind}_precompiled PRIVATE router${kind}_options)
    target_precompile_headers(router${kind}_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
  endforeach()
  target_precompile_headers(router_test_precompiled PRIVATE <nlohmann/json.hpp> <doctest/doctest.h>)
endif()

# Compiles several files of a target of the product as one, where that is asked for.
function(router_unite target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD "${XS_ROUTER_UNITY}" UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# Gives a target of the product the shared precompiled headers, and unites its files.
function(router_precompile target)
  if(XS_ROUTER_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM router_precompiled)
  endif()
  router_unite(${target})
endfunction()

# The same for a target of tests.
function(router_precompile_tests target)
  target_link_libraries(${target} PUBLIC router_test_options)
  if(XS_ROUTER_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM router_test_precompiled)
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD "${XS_ROUTER_UNITY}" UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# g++ 12 with sanitizers takes moved-from variants for uninitialized ones (GCC bug 105562); for files that move many.
function(router_trust_variants target)
  if(XS_ROUTER_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()

function(router_layer name)
  cmake_parse_arguments(ARG "OWN_PRECOMPILED" "" "SOURCES;LINK" ${ARGN})
  add_library(router_${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(router_${name} PUBLIC router_options ${ARG_LINK})
  if(ARG_OWN_PRECOMPILED)
    router_unite(router_${name})
  else()
    router_precompile(router_${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY ROUTER_LAYERS router_${name})
endfunction()

function(router_layer_tests name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(router_${name}_tests OBJECT ${ARG_SOURCES})
  router_precompile_tests(router_${name}_tests)
  target_link_libraries(router_${name}_tests PUBLIC ${ARG_LINK})
  target_compile_definitions(router_${name}_tests PRIVATE
    ROUTER_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data" ROUTER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_property(GLOBAL APPEND PROPERTY ROUTER_LAYER_TESTS router_${name}_tests)
  add_executable(${name}_tests EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/unit_main.cpp)
  target_link_libraries(${name}_tests PRIVATE router_${name}_tests router_core)
endfunction()
