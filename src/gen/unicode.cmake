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

# namegen: the tables of the module unicodedata.
add_executable(namegen src/gen/namegen.c)
target_include_directories(namegen PRIVATE src)
set_target_properties(namegen PROPERTIES COMPILE_OPTIONS "-O1")
add_custom_command(
  OUTPUT ${GENERATED}/unicode_db_tables.c
  COMMAND namegen ${UNICODE_DATA} ${GENERATED}/unicode_db_tables.c
  DEPENDS namegen)
list(APPEND GENERATED_SOURCES ${GENERATED}/unicode_db_tables.c)
