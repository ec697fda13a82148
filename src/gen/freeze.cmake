# freeze: the modules that CPython 3.11 freezes, compiled by our own compiler, as marshalled code inside the executable:
# importlib, since the import system must exist before any file can be imported; what every start imports, since that is
# then neither looked for nor read; and the modules that test all this. FROZEN_DATA belongs to the executable, not to the
# library, since freeze is the library without it.
add_executable(freeze src/gen/freeze.c)
target_link_libraries(freeze PRIVATE -Wl,--whole-archive core -Wl,--no-whole-archive)
set(LIBRARY_311 /usr/lib/python3.11)
set(FROZEN_SOURCES "")
set(FROZEN_ENTRIES "")

# freeze_module(FILE NAME:ORIGINAL MORE-NAMES...): entries as in freeze.c
function(freeze_module file name)
  set(FROZEN_SOURCES ${FROZEN_SOURCES} ${LIBRARY_311}/${file} PARENT_SCOPE)
  set(FROZEN_ENTRIES ${FROZEN_ENTRIES} ${name}=${LIBRARY_311}/${file} ${ARGN} PARENT_SCOPE)
endfunction()

freeze_module(importlib/_bootstrap.py _frozen_importlib:importlib._bootstrap)
freeze_module(importlib/_bootstrap_external.py _frozen_importlib_external:importlib._bootstrap_external)
freeze_module(zipimport.py zipimport:zipimport)
foreach(module abc codecs io _collections_abc _sitebuiltins genericpath ntpath)
  freeze_module(${module}.py ${module}:${module})
endforeach()
freeze_module(posixpath.py posixpath:posixpath os.path:posixpath)
foreach(module os site stat)
  freeze_module(${module}.py ${module}:${module})
endforeach()
freeze_module(importlib/util.py importlib.util:importlib.util)
freeze_module(importlib/machinery.py importlib.machinery:importlib.machinery)
freeze_module(runpy.py runpy:runpy)
freeze_module(__hello__.py __hello__:__hello__ __hello_alias__:__hello__ +__phello_alias__:__hello__
              __phello_alias__.spam:__hello__)
freeze_module(__phello__/__init__.py +__phello__:__phello__ __phello__.__init__:<__phello__)
freeze_module(__phello__/spam.py __phello__.spam:__phello__.spam)

set(FROZEN_DATA ${GENERATED}/frozen_data.c)
add_custom_command(OUTPUT ${FROZEN_DATA} COMMAND freeze ${FROZEN_DATA} ${FROZEN_ENTRIES} DEPENDS freeze ${FROZEN_SOURCES} VERBATIM)
