"""run.py: the differential fuzzer of the JIT. Generates programs (generate.py), runs each under CPython 3.11 and under
Coachwhip in several modes, and reports every difference of output or exit code, every crash and every time-out.

    run.py --coachwhip BINARY [--modes off,exec,sync,auto] [--seeds FIRST-LAST] [--keep FOLDER] [--minimise] [--seconds N]
    run.py --coachwhip BINARY --files A.py B.py …      the same for given programs (a corpus)
    run.py --coachwhip BINARY --modes exec --minimise --files A.py     makes A.py small

With --keep, a program that fails is written there, as MODE-SEED.py, and with --minimise also as MODE-SEED.min.py.
"""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile
import time

from generate import generate
from minimise import minimise

PYTHON = "/usr/bin/python3.11"
MODE_OPTIONS = {
    "off": ["--jit=off"],
    "exec": ["--jit=exec", "-X", "jit-threshold=2"],
    "sync": ["--jit=sync", "-X", "jit-threshold=5"],  # start-up code stays cold: each compile is awaited
    "auto": ["--jit=auto", "-X", "jit-threshold=30"],
}


class Outcome:
    def __init__(self, command, text, timeout):
        environment = dict(os.environ, PYTHONHASHSEED="0", LC_ALL="C.UTF-8")
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "p.py"), "w", encoding="utf-8") as file:
                file.write(text)
            try:
                done = subprocess.run([*command, "-B", "-s", "-S", "-W", "ignore", "p.py"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
                self.output, self.errors, self.code = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode
            except subprocess.TimeoutExpired:
                self.output, self.errors, self.code = "", "", "time-out"

    def kind(self, expected):
        """What is wrong, seen from the expected outcome: "" when nothing is."""
        if self.code == "time-out":
            return "time-out"
        if self.code != expected.code:
            return f"exit code {self.code}"
        return "difference" if self.output != expected.output else ""


class Fuzzer:
    def __init__(self, options):
        self.options = options
        self.binary = os.path.abspath(options.coachwhip)
        self.failures = 0

    def command(self, mode):
        return [self.binary, *MODE_OPTIONS[mode]]

    def expected(self, text):
        return Outcome([PYTHON], text, self.options.timeout / 3)

    def check(self, text, name):
        expected = self.expected(text)
        if expected.code != 0:
            print(f"{name}: not a good program: CPython ends with {expected.code}\n{expected.errors[-300:]}")
            return
        for mode in self.options.modes.split(","):
            got = Outcome(self.command(mode), text, self.options.timeout)
            kind = got.kind(expected)
            if kind:
                self.failures += 1
                self.report(text, name, mode, kind, expected, got)
                if mode == "off":
                    break   # not the JIT's fault: the other modes would say the same

    def report(self, text, name, mode, kind, expected, got):
        print(f"{name} in mode {mode}: {kind}")
        lines = difflib.unified_diff(expected.output.splitlines(), got.output.splitlines(), "CPython", "Coachwhip", "", "", 1, "")
        print("\n".join(line[:200] for line in list(lines)[:12]))
        print(got.errors[-1500:], flush=True)
        if self.options.keep:
            os.makedirs(self.options.keep, exist_ok=True)
            self.write(f"{mode}-{name}.py", text)
            if self.options.minimise:
                self.write(f"{mode}-{name}.min.py", minimise(text, lambda smaller: self.fails_alike(smaller, mode, kind)))

    def write(self, name, text):
        with open(os.path.join(self.options.keep, name), "w", encoding="utf-8") as file:
            file.write(text)

    def fails_alike(self, text, mode, kind):
        """What is not the interpreter's fault is compared with the interpreter, which is quicker than CPython to start."""
        expected = Outcome([PYTHON] if mode == "off" else self.command("off"), text, 3)
        return expected.code == 0 and Outcome(self.command(mode), text, 5).kind(expected) == kind


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--coachwhip", required=True)
    parser.add_argument("--modes", default="off,exec,sync,auto")
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--files", nargs="*")
    parser.add_argument("--keep")
    parser.add_argument("--minimise", action="store_true")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so many seconds, wherever it is")
    return parser.parse_args()


def main():
    options = parse_arguments()
    fuzzer = Fuzzer(options)
    began, count = time.monotonic(), 0
    first, _, last = options.seeds.partition("-")
    for item in options.files or range(int(first), int(last or first) + 1):
        if options.seconds and time.monotonic() - began > options.seconds:
            break
        if options.files:
            with open(item, encoding="utf-8") as file:
                fuzzer.check(file.read(), os.path.basename(item).removesuffix(".py"))
        else:
            fuzzer.check(generate(item), str(item))
        count += 1
    print(f"{count} programs, {fuzzer.failures} failures")
    return 1 if fuzzer.failures else 0


if __name__ == "__main__":
    sys.exit(main())
