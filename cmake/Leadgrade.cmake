# Dependencies, and the few functions that the folders' CMakeLists.txt are written in.
#
# Targets to name in DEPS:
#   absl::*  yaml-cpp  re2::re2  protobuf::libprotobuf  gRPC::grpc++  gRPC::grpc++_reflection
#   RocksDB::rocksdb  CLI11::CLI11  spdlog::spdlog  prometheus-cpp::core  httplib::httplib
#   nlohmann_json::nlohmann_json  OpenSSL::Crypto  Threads::Threads  jemalloc::jemalloc  libedit::libedit
#   z3::z3
# Tests get GTest::gtest_main and GTest::gmock without asking.

find_package(absl REQUIRED CONFIG)
find_package(Protobuf REQUIRED)
find_package(gRPC REQUIRED CONFIG)
find_package(yaml-cpp REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(spdlog REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
if(LEADGRADE_TESTS)
  find_package(GTest REQUIRED CONFIG)
endif()

# leadgrade_pkg(re2::re2 re2): a library that is found by pkg-config. For RocksDB and prometheus-cpp
# because their CMake packages ask for compression and HTTP libraries that we never link. gRPC's
# package brings some targets along already.
find_package(PkgConfig REQUIRED)
function(leadgrade_pkg target module)
  if(TARGET ${target})
    return()
  endif()
  string(MAKE_C_IDENTIFIER ${module} id)
  pkg_check_modules(${id} REQUIRED IMPORTED_TARGET ${module})
  add_library(${target} ALIAS PkgConfig::${id})
endfunction()
leadgrade_pkg(re2::re2 re2)
leadgrade_pkg(httplib::httplib cpp-httplib)
leadgrade_pkg(RocksDB::rocksdb rocksdb)
leadgrade_pkg(prometheus-cpp::core prometheus-cpp-core)
leadgrade_pkg(jemalloc::jemalloc jemalloc)
leadgrade_pkg(libedit::libedit libedit)
leadgrade_pkg(z3::z3 z3)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths into the project are hashed relative to the build directory, so that checkouts, and build
  # directories of one, share objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(LEADGRADE_SANITIZE)
  add_compile_options(-fsanitize=${LEADGRADE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LEADGRADE_SANITIZE})
endif()

function(leadgrade_warnings target)
  # GCC 12 sees overlapping copies in `"x" + string` that are none (GCC bug 105651).
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wnon-virtual-dtor -Wno-unused-parameter -Wno-restrict)
  if(LEADGRADE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(LEADGRADE_SANITIZE)
    # Instrumented code hides initialisations from the compiler.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
endfunction()

# leadgrade_add_folders(engine/base …): those of the folders that have a CMakeLists.txt.
function(leadgrade_add_folders)
  foreach(folder ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# With LEADGRADE_SKIP_MISSING_SOURCES, sources that are listed but not written yet are left out with
# a note, so that one folder in the making does not stop every other folder's build.
option(LEADGRADE_SKIP_MISSING_SOURCES "Leave out listed sources that do not exist" OFF)
function(leadgrade_existing_sources variable)
  if(LEADGRADE_SKIP_MISSING_SOURCES)
    set(existing)
    foreach(source ${${variable}})
      if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source} OR EXISTS ${source})
        list(APPEND existing ${source})
      else()
        message(STATUS "left out, not written yet: ${CMAKE_CURRENT_SOURCE_DIR}/${source}")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
      endif()
    endforeach()
    set(${variable} ${existing} PARENT_SCOPE)
  endif()
endfunction()

# leadgrade_library(engine_cel SOURCES a.cc b.cc DEPS engine_base absl::time)
# Without SOURCES: headers only.
function(leadgrade_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  leadgrade_existing_sources(ARG_SOURCES)
  if(NOT ARG_SOURCES)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
    return()
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  leadgrade_warnings(${name})
endfunction()

# leadgrade_executable(leadgrade SOURCES main.cc DEPS service_server)
function(leadgrade_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  leadgrade_existing_sources(ARG_SOURCES)
  if(NOT ARG_SOURCES)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  leadgrade_warnings(${name})
endfunction()

# leadgrade_test(engine_cel_test SOURCES a_test.cc DEPS engine_cel)
# One GoogleTest binary a folder, one ctest entry. LEADGRADE_SOURCE_DIR is the root of the tree.
function(leadgrade_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  leadgrade_existing_sources(ARG_SOURCES)
  if(NOT ARG_SOURCES)
    return()
  endif()
  leadgrade_executable(${name}
    SOURCES ${ARG_SOURCES}
    DEPS ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LEADGRADE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  # `engine_tests` builds what the sanitizer run needs and no more.
  if(name MATCHES "^engine_")
    if(NOT TARGET engine_tests)
      add_custom_target(engine_tests)
    endif()
    add_dependencies(engine_tests ${name})
  endif()
endfunction()

# leadgrade_proto_library(name [GRPC] ROOT dir PROTOS paths relative to ROOT)
# Messages, and with GRPC the services. Generated code is compiled without our warnings.
function(leadgrade_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "ROOT" "PROTOS" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}.gen)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(files ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(plugin)
    if(ARG_GRPC AND NOT proto MATCHES "^google/")
      list(APPEND files ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      set(plugin --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${files}
      COMMAND protobuf::protoc -I ${ARG_ROOT} --cpp_out=${out} ${plugin} ${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      COMMENT "Generating ${proto}"
      VERBATIM)
    list(APPEND sources ${files})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf)
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
