"""The compiler's oracle: compiles every .py file below a folder with Coachwhip and with the CPython 3.11 that runs this
script, and compares the code objects in every public field.

    oracle.py COACHWHIP [--show N] [--optimize 0|1|2] [--minimum PERCENT] [FOLDER_OR_FILE ...]

Prints the share of identical code objects and the differences by kind; --show N lists N examples of each kind. Files
that CPython rejects must be rejected with the same error. Exits with 1 below the minimum share (99.9 %).
"""

import argparse
import collections
import dis
import marshal
import os
import struct
import subprocess
import sys
import tempfile
import types
import warnings

from dump_code import compile_file

FIELDS = ["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "code", "names", "varnames",
          "filename", "name", "qualname", "firstlineno", "linetable", "exceptiontable", "freevars", "cellvars"]


def find_files(roots):
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, _, names in os.walk(root):
            yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def children(code):
    return [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def same_constant(a, b):
    """Equal with equal types all the way down; code objects are compared on their own."""
    if type(a) is not type(b):
        return False
    if isinstance(a, types.CodeType):
        return True
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, (float, complex)):
        return repr(a) == repr(b)
    if isinstance(a, frozenset):
        return a == b and sorted(map(repr, a)) == sorted(map(repr, b))
    return a == b


def instructions(code):
    return [(i.offset, i.opname, i.arg, tuple(i.positions)) for i in dis.get_instructions(code)]


class Comparison:
    def __init__(self, show):
        self.show = show
        self.total = self.same = 0
        self.kinds = collections.Counter()
        self.examples = collections.defaultdict(list)

    def code(self, expected, got, path):
        self.total += 1
        kinds = [name for name in FIELDS if getattr(expected, "co_" + name) != getattr(got, "co_" + name)]
        if len(expected.co_consts) != len(got.co_consts) or not same_constant(expected.co_consts, got.co_consts):
            kinds.append("consts")
        self.same += not kinds
        for kind in kinds:
            self.kinds[kind] += 1
            if len(self.examples[kind]) < self.show:
                self.examples[kind].append((path, expected, got))
        for pair in zip(children(expected), children(got)):
            self.code(*pair, path)

    def missing(self, code):
        self.total += 1
        for child in children(code):
            self.missing(child)

    def file(self, path, expected, got):
        expected_code, expected_error = expected
        got_code, got_error = got
        if expected_code and got_code:
            self.code(expected_code, got_code, path)
            return
        if expected_code:
            self.missing(expected_code)
            self.kinds["rejected"] += 1
            print("rejected:", path, got_error)
        elif expected_error != got_error:
            self.kinds["error"] += 1
            print("error:", path, "\n  expected", expected_error, "\n  got     ", got_error)

    def report(self):
        share = 100 * self.same / max(self.total, 1)
        print(f"{self.same} of {self.total} code objects are identical: {share:.3f} %")
        for kind, count in self.kinds.most_common():
            print(f"  {kind}: {count}")
        for kind, examples in self.examples.items():
            for path, expected, got in examples:
                print(f"--- {kind}: {path}:{expected.co_firstlineno} {expected.co_qualname}")
                if kind in ("code", "linetable"):
                    differences = [pair for pair in zip(instructions(expected), instructions(got)) if pair[0] != pair[1]]
                    for a, b in differences[:8]:
                        print("  expected", a, "\n  got     ", b)
                else:
                    print("  expected", getattr(expected, "co_" + kind), "\n  got     ", getattr(got, "co_" + kind))
        return share


def run(options):
    files = sorted(find_files(options.paths or ["/usr/lib/python3.11"]))
    comparison = Comparison(options.show)
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "code")
        dumper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dump_code.py")
        command = [options.coachwhip, "-W", "ignore", dumper, output, str(options.optimize)]
        status = subprocess.run(command, input="\n".join(files), text=True).returncode
        with open(output, "rb") as records:
            for path in files:
                head = records.read(8)
                if len(head) < 8:
                    print(f"Coachwhip ended with status {status} at {path}")
                    return 1
                got = marshal.loads(records.read(struct.unpack("<Q", head)[0]))
                comparison.file(path, compile_file(path, options.optimize), got)
    share = comparison.report()
    return 0 if status == 0 and share >= options.minimum and not comparison.kinds["error"] else 1


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("coachwhip")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--optimize", type=int, default=0)
    parser.add_argument("--minimum", type=float, default=99.9)
    parser.add_argument("paths", nargs="*")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
