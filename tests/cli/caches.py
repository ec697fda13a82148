# A module that is imported by two processes is compiled by the first and read from __pycache__ by the second.
import importlib.util
import os
import subprocess
import sys
import tempfile

OPTIONS = sys.orig_argv[1:sys.orig_argv.index("caches.py")]
PROGRAM = """
import importlib.machinery
import sys
compiled = []
class_ = importlib.machinery.SourceFileLoader
original = class_.source_to_code
def source_to_code(self, data, path, **options):
    compiled.append(path)
    return original(self, data, path, **options)
class_.source_to_code = source_to_code
sys.path.insert(0, sys.argv[1])
import the_module, the_package.inner
print([path[len(sys.argv[1]):] for path in compiled], the_module.answer(), the_package.inner.X)
print(the_module.__cached__ is not None, the_module.answer.__code__.co_filename == the_module.__file__)
"""


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    return path


def run(folder, *options, interpreter=sys.executable, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    own = OPTIONS if interpreter == sys.executable else []
    done = subprocess.run([interpreter, *own, *options, "-c", PROGRAM, folder], env={**environment, **variables},
                          capture_output=True, text=True)
    return done.stdout + done.stderr.replace(folder, "")


def state(path):
    if not os.path.exists(path):
        return None
    entry = os.stat(path)
    return entry.st_mtime_ns, entry.st_ino


with tempfile.TemporaryDirectory() as folder:
    source = write(folder, "the_module.py", "def answer():\n    return 42\n")
    write(folder, "the_package/__init__.py", "")
    write(folder, "the_package/inner.py", "X = 'inner'\n")
    cache = importlib.util.cache_from_source(source)
    print(state(cache))
    print("first ", run(folder), end="")
    first = state(cache)
    print("second", run(folder), end="")
    print("written once", first is not None and state(cache) == first)
    with open(cache, "rb") as file:
        print("magic number", file.read(4) == importlib.util.MAGIC_NUMBER)

    write(folder, "the_module.py", "def answer():\n    return 'changed'\n")
    print("changed", run(folder), end="")
    print("again  ", run(folder), end="")

    with open(cache, "wb") as file:
        file.write(b"damaged")
    print("damaged", run(folder), end="")
    print("repaired", run(folder), end="")
    with open(cache, "rb") as file:
        whole = file.read()
    with open(cache, "wb") as file:
        file.write(whole[:-5])
    print("cut off", run(folder).splitlines()[-1])
    os.remove(cache)

    print("-B     ", run(folder, "-B"), end="")
    print("nothing written", state(cache))
    print("variable", run(folder, PYTHONDONTWRITEBYTECODE="1"), end="")
    print("nothing written", state(cache))
    print("-O     ", run(folder, "-O"), end="")
    print("-O again", run(folder, "-O"), end="")
    print("its own cache", state(importlib.util.cache_from_source(source, optimization=1)) is not None, state(cache))

    elsewhere = os.path.join(folder, "elsewhere")
    print("prefix ", run(folder, PYTHONPYCACHEPREFIX=elsewhere), end="")
    print("prefix again", run(folder, PYTHONPYCACHEPREFIX=elsewhere), end="")
    print(state(cache), os.path.isdir(elsewhere))

# Where nothing may be written, the cache that CPython 3.11 has written serves.
with tempfile.TemporaryDirectory() as folder:
    source = write(folder, "the_module.py", "def answer():\n    return 42\n")
    write(folder, "the_package/__init__.py", "")
    write(folder, "the_package/inner.py", "X = 'inner'\n")
    run(folder, interpreter="/usr/bin/python3.11")
    print("-B     ", run(folder, "-B"), end="")
    write(folder, "the_module.py", "def answer():\n    return 'newer than its cache'\n")
    print("-B, old", run(folder, "-B"), end="")
