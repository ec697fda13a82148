# unicodegen: the tables of src/objects/unicode.h from Debian's package unicode-data.
set(UNICODE_DATA /usr/share/unicode CACHE PATH "Unicode character database")
add_executable(unicodegen src/gen/unicodegen.c)
target_include_directories(unicodegen PRIVATE src)
set_target_properties(unicodegen PROPERTIES COMPILE_OPTIONS "-O1")
add_custom_command(
  OUTPUT ${GENERATED}/unicode_tables.c
  COMMAND unicodegen ${UNICODE_DATA} ${GENERATED}/unicode_tables.c
  DEPENDS unicodegen)
list(APPEND GENERATED_SOURCES ${GENERATED}/unicode_tables.c)
