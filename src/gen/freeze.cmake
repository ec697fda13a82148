# freeze: importlib and zipimport as marshalled code inside the executable: the import system must exist before any file
# can be imported.
add_executable(freeze src/gen/freeze.c)
set_target_properties(freeze PROPERTIES COMPILE_OPTIONS "-O1")
set(LIBRARY_311 /usr/lib/python3.11)
add_custom_command(
  OUTPUT ${GENERATED}/frozen_data.c
  COMMAND freeze ${GENERATED}/frozen_data.c
    _frozen_importlib:importlib._bootstrap=${LIBRARY_311}/importlib/__pycache__/_bootstrap.cpython-311.pyc
    _frozen_importlib_external:importlib._bootstrap_external=${LIBRARY_311}/importlib/__pycache__/_bootstrap_external.cpython-311.pyc
    zipimport=${LIBRARY_311}/__pycache__/zipimport.cpython-311.pyc
  DEPENDS freeze)
list(APPEND GENERATED_SOURCES ${GENERATED}/frozen_data.c)
