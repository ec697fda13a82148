"""start.py COACHWHIP MEASURE: Coachwhip starts no slower than CPython 3.11, holds no more memory, and its JIT costs no start.

Each program is run by turns under CPython, under Coachwhip, and under Coachwhip with --jit=off, so that a slow moment of the
machine hits all alike. Time is judged by the median, over all rounds, of the ratio of two neighbouring runs; memory by the
median of the peaks. A busy machine can still spoil a measurement: it is repeated up to ATTEMPTS times, and the check fails
when every attempt failed. What is allowed:
    time of `pass` and of the imports    1.00 times CPython's (wall clock)
    memory of each program               1.00 times CPython's (peak of the resident set)
    time with the JIT                    1.05 times that without, for programs that end before anything is compiled
"""
import statistics
import subprocess
import sys

PYTHON = "/usr/bin/python3.11"
ATTEMPTS = 4
ROUNDS = 25
PROGRAMS = {
    "pass": "pass",
    "imports": "import argparse, collections, dataclasses, functools, json, re, typing",
    "objects": "class Point:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
               "points = [Point(i, str(i)) for i in range(10000)]\nindex = {p.y: p for p in points}\n",
    "numbers": "total = 0\nfor i in range(60000):\n    total += i * i % 7\n",
}
IS_TIMED = {"pass", "imports"}
NAMES = ["cpython", "auto", "off"]


def measure(tool, coachwhip, text):
    commands = [[PYTHON, "-c", text], [coachwhip, "--jit=auto", "-c", text], [coachwhip, "--jit=off", "-c", text]]
    line = commands[0] + ["--"] + commands[1] + ["--"] + commands[2]
    done = subprocess.run([tool, str(ROUNDS), *line], stdout=subprocess.PIPE, text=True, check=True)
    walls, peaks = {name: [] for name in NAMES}, {name: [] for name in NAMES}
    for row in done.stdout.splitlines():
        number, wall, _, peak, status = map(int, row.split())
        if status != 0:
            sys.exit(f"{commands[number]} failed with status {status}")
        walls[NAMES[number]].append(wall)
        peaks[NAMES[number]].append(peak)
    return walls, peaks


def ratio(walls, a, b):
    return statistics.median(x / y for x, y in zip(walls[a], walls[b]))


def failures(name, walls, peaks):
    peak = {who: statistics.median(values) for who, values in peaks.items()}
    to_cpython, to_off = ratio(walls, "auto", "cpython"), ratio(walls, "auto", "off")
    print(f"{name}: {statistics.median(walls['auto']) / 1000:.1f} ms, {to_cpython:.2f} times CPython's, {to_off:.2f} times"
          f" --jit=off's; {peak['auto']:.0f} KiB, CPython {peak['cpython']:.0f} KiB", flush=True)
    if name in IS_TIMED and to_cpython > 1.00:
        yield "slower than CPython"
    if to_off > 1.05:
        yield "the JIT costs start time"
    if peak["auto"] > peak["cpython"]:
        yield "more memory than CPython"


def check(tool, coachwhip, name, text):
    measure(tool, coachwhip, text)  # files into the page cache, caches written
    for _ in range(ATTEMPTS):
        found = list(failures(name, *measure(tool, coachwhip, text)))
        if not found:
            return True
        print("  ", "; ".join(found))
    return False


def main():
    coachwhip, tool = sys.argv[1:]
    results = [check(tool, coachwhip, name, text) for name, text in PROGRAMS.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
