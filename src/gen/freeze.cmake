# freeze: importlib and zipimport, compiled by our own compiler, as marshalled code inside the executable: the import system
# must exist before any file can be imported. FROZEN_DATA belongs to the executable, not to the library, since freeze is the
# library without it.
add_executable(freeze src/gen/freeze.c)
target_link_libraries(freeze PRIVATE -Wl,--whole-archive core -Wl,--no-whole-archive)
target_link_options(freeze PRIVATE -rdynamic)
set(LIBRARY_311 /usr/lib/python3.11)
set(FROZEN_SOURCES ${LIBRARY_311}/importlib/_bootstrap.py ${LIBRARY_311}/importlib/_bootstrap_external.py
    ${LIBRARY_311}/zipimport.py)
set(FROZEN_DATA ${GENERATED}/frozen_data.c)
add_custom_command(
  OUTPUT ${FROZEN_DATA}
  COMMAND freeze ${FROZEN_DATA}
    _frozen_importlib:importlib._bootstrap=${LIBRARY_311}/importlib/_bootstrap.py
    _frozen_importlib_external:importlib._bootstrap_external=${LIBRARY_311}/importlib/_bootstrap_external.py
    zipimport:zipimport=${LIBRARY_311}/zipimport.py
  DEPENDS freeze ${FROZEN_SOURCES})
