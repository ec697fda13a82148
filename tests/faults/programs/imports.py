# Importing: finders, loaders, bytecode files, modules taken away again.
import sys

for i in range(2):
    for name in "colorsys", "bisect":
        sys.modules.pop(name, None)
        module = __import__(name)
    import importlib.util

    spec = importlib.util.find_spec("colorsys")
    try:
        import no_such_module
    except ModuleNotFoundError as error:
        text = str(error)
