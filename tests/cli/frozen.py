# Modules inside the program itself: which ones, what they know about themselves, and -X frozen_modules.
import _imp
import importlib.machinery
import importlib.util
import marshal
import os
import runpy
import subprocess
import sys


def show(function, *args, **options):
    try:
        result = function(*args, **options)
        print(result if not hasattr(result, "co_filename") else result.co_filename)
    except Exception as error:
        print(type(error).__name__, error)


names = ["_frozen_importlib", "_frozen_importlib_external", "zipimport", "abc", "codecs", "io", "_collections_abc",
         "_sitebuiltins", "genericpath", "ntpath", "posixpath", "os.path", "os", "site", "stat", "importlib.util",
         "importlib.machinery", "runpy", "__hello__", "__hello_alias__", "__phello_alias__", "__phello_alias__.spam",
         "__phello__", "__phello__.__init__", "__phello__.spam"]
known = _imp._frozen_module_names()
print([name for name in names if name not in known], known[:18] == names[:18])
for name in names + ["json", "no_such_module"]:
    print(name, _imp.find_frozen(name), _imp.is_frozen(name))
    show(_imp.is_frozen_package, name)
data, is_package, original = _imp.find_frozen("os", withdata=True)
print(type(data), data.readonly, is_package, original)

for arguments in (("x",), ("x", b""), ("x", b"N"), ("x", 5), ("x", None), (5,), ("os",), ("os", None),
                  ("x", marshal.dumps(compile("1", "file", "eval")))):
    show(_imp.get_frozen_object, *arguments)
show(_imp.find_frozen)
show(_imp.find_frozen, 5)
show(_imp.find_frozen, "os", True)
show(_imp.find_frozen, "os", other=True)
show(_imp.is_frozen, 5)
show(_imp.init_frozen, "no_such_module")
show(_imp._override_frozen_modules_for_tests, "x")

import __hello__
import __phello__.spam
import codecs
import io
import ntpath
import site
import zipimport

for module in (__hello__, __phello__, __phello__.spam, os, os.path, ntpath, site, codecs, io, zipimport, runpy,
               importlib.util, importlib.machinery, importlib):
    print(module, module.__spec__ == module.__spec__, module.__loader__ if isinstance(module.__loader__, type) else "file",
          module.__spec__.origin, getattr(module, "__path__", None), getattr(module, "__file__", None),
          hasattr(module, "__cached__"), getattr(module, "__origname__", None))
print(importlib.machinery.FrozenImporter.find_spec("os").loader_state)
print(os.__loader__.get_source("os"), os.__loader__.is_package("os"), os.__loader__.get_code("os").co_filename)
print(os.makedirs.__code__.co_filename, os.makedirs.__code__.co_firstlineno)
runpy.run_module("__hello__")

for value in (-1, 1, 0):
    _imp._override_frozen_modules_for_tests(value)
    print(_imp.find_frozen("os"), _imp.find_frozen("zipimport"), _imp.is_frozen("os"))
    show(_imp.get_frozen_object, "os")

for option in ("int_max_str_digits", "int_max_str_digits=", "int_max_str_digits=700", "int_max_str_digits=5"):
    done = subprocess.run([sys.executable, "-X", option, "-c", "import sys; print(sys.flags.int_max_str_digits)"],
                          capture_output=True, text=True)
    print(option, done.returncode, done.stdout, done.stderr)
PROGRAM = "import os, sys; print(os.__spec__.origin, sys._xoptions, os.makedirs.__code__.co_filename); os.makedirs('/proc/x/y')"
for option in ("frozen_modules", "frozen_modules=on", "frozen_modules=off", "frozen_modules=", "frozen_modules=other"):
    done = subprocess.run([sys.executable, "-X", option, "-c", PROGRAM], capture_output=True, text=True)
    print(option, done.returncode, done.stdout, done.stderr)
