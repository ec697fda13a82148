"""layers.py ROOT: every file includes only from its own layer and from those below it; src/ sees of jit/ only jit.h."""
import pathlib
import re
import sys

LAYERS = ["base", "memory", "gc", "objects", "compiler", "vm", "modules", "profiler"]
# The collector's header is written in terms of Object, and objects/ in terms of the collector: one layer of two folders.
SAME_LAYER = {"gc": "objects"}


def rank(folder):
    return LAYERS.index(SAME_LAYER.get(folder, folder))


def violations(root):
    for path in sorted((root / "src").rglob("*.[ch]")):
        folder = path.relative_to(root / "src").parts[0]
        if folder not in LAYERS:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include "([^"]+)"', line)
            if not match:
                continue
            target = match[1].split("/")[0]
            if target == "jit" and match[1] != "jit/jit.h" or target in LAYERS and rank(target) > rank(folder):
                yield f"{path.relative_to(root)}:{number}: {folder} includes {match[1]}"


if __name__ == "__main__":
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "layers are in order")
    sys.exit(bool(found))
