# modes: off auto ; see interrupt_sync.py
"""Ctrl-C ends any loop, also a native one, within 100 ms, with KeyboardInterrupt and the traceback of the place.

Measured is the time from os.kill to the handler of KeyboardInterrupt in the program, and to the program's end. A busy machine
delays both, so each run is followed by that of a shell in an endless loop, which the signal kills at once: what it takes
(idle: 1 ms) is taken off. Judged is the median of RUNS runs, and of up to ROUNDS such medians the best. Where the JIT is on,
the loops of NATIVE must have been native when they were interrupted (--jit-stats says so); a program that was not yet is
given twice the time and tried again. Not promised: a single long call of the library (sorting a huge list, a power of big
numbers) ends only when it is over, as in CPython.
"""
import math
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BOUND = 0.100
RUNS = 3
ROUNDS = 5
LONGEST_WAIT = 6.0
LOOPS = {
    "while": "def f():\n    i = 0\n    while True:\n        i += 1\n",
    "for": "def f():\n    t = 0\n    for i in range(10 ** 12):\n        t += i & 3\n",
    "float": "def f():\n    x = 0.0\n    while True:\n        x = x * 0.5 + 1.0\n",
    "nested": "def f():\n    t = 0\n    while True:\n        for i in range(1000):\n            for j in range(1000):\n                t ^= j\n",
    "short": "def f():\n    while True:\n        for i in range(100):\n            for j in [1, 2, 3]:\n                pass\n",
    "call": "def g(x):\n    return x + 1\n\n\ndef f():\n    x = 0\n    while True:\n        x = g(x)\n",
    "list": "def f():\n    a = list(range(1000))\n    t = 0\n    while True:\n        for x in a:\n            t ^= x\n",
    "items": "def f():\n    a = [1, 2, 3]\n    while True:\n        a[1] = a[0] + a[2]\n",
    "attribute": "class C:\n    n = 0\n\n\ndef f():\n    c = C()\n    c.n = 1\n    while True:\n        c.n += 1\n",
    "recursion": "def g(n):\n    return n if n < 2 else g(n - 1) + g(n - 2)\n\n\ndef f():\n    while True:\n        g(18)\n",
    "helpers": "def f():\n    a = []\n    while True:\n        a.append(str(len(a)))\n        if len(a) > 50:\n            a.clear()\n",
    "generator": "def g():\n    while True:\n        yield 1\n\n\ndef f():\n    t = 0\n    for x in g():\n        t += x\n",
    "exceptions": "def f():\n    while True:\n        try:\n            raise ValueError\n        except ValueError:\n            pass\n",
    "sleep": "import time\n\n\ndef f():\n    time.sleep(100)\n",
}
NATIVE = ["while", "for", "float", "nested", "call", "list", "items", "attribute", "recursion"]
CALL = """

import sys
from time import monotonic
print("ready", flush=True)
try:
    f()
except KeyboardInterrupt:
    print(monotonic(), flush=True)
    raise
"""
OPTIONS = [option for option in sys.orig_argv[1:] if option.startswith("-")]
HAS_JIT = sys.implementation.name == "coachwhip" and "--jit=off" not in OPTIONS


def delay_of_the_machine():
    child = subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"])
    time.sleep(0.05)
    sent = time.monotonic()
    os.kill(child.pid, signal.SIGINT)
    child.wait()
    return time.monotonic() - sent


def interrupted(path, options, wait):
    """(seconds to the handler, to the end, exit code, what was written to stderr); infinite when f was not reached yet"""
    child = subprocess.Popen([sys.executable, *options, "-I", "-S", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
    child.stdout.readline()
    time.sleep(wait)
    sent = time.monotonic()
    os.kill(child.pid, signal.SIGINT)
    out, errors = child.communicate(timeout=30)
    return float(out or "inf") - sent, time.monotonic() - sent, child.returncode, errors


def traceback_problem(path, errors):
    """What is wrong with the traceback: it must lead from the module's call through f to a line of the program."""
    lines = errors.partition("KeyboardInterrupt\n")
    if not lines[1] or not lines[0].startswith("Traceback (most recent call last):\n"):
        return "no traceback: " + errors[:200]
    with open(path) as file:
        source = file.read().splitlines()
    entries = re.findall(r'  File "(.*)", line (\d+), in (.*)\n(    .*\n)?((?:    [ ~^]+\n)?)', lines[0])
    if [e[2] for e in entries[:2]] != ["<module>", "f"]:
        return f"frames {[e[2] for e in entries[:3]]}"
    for file, line, name, text, _ in entries:
        if file != path or text.strip() != source[int(line) - 1].strip():
            return f"line {line} in {name} is shown as {text!r}"
    if source[int(entries[0][1]) - 1] != "    f()":
        return f"the module's frame is at line {entries[0][1]}"
    last = int(entries[-1][1])
    first = 1 + next(i for i, line in enumerate(source) if line.startswith(f"def {entries[-1][2]}("))
    after = next(i for i in range(first, len(source)) if source[i] and not source[i].startswith(" "))
    return None if first <= last <= after else f"line {last} is not in {entries[-1][2]}"


def is_native(errors):
    return re.search(r" (loop|function) [fg]: native, .*, [1-9]\d* entries", errors) is not None


def round_of(name, path, options):
    """The medians of both times over RUNS runs, and the problems found."""
    wait, times, problems = 0.3, [], set()
    while len(times) < RUNS and not problems:
        to_handler, to_end, code, errors = interrupted(path, options, wait)
        is_early = to_handler == math.inf or (HAS_JIT and name in NATIVE and not is_native(errors))
        if is_early and wait < LONGEST_WAIT:
            wait *= 2
            continue
        if is_early:
            problems.add("never native, or never in the loop")
        delay = delay_of_the_machine()
        times.append((to_handler - delay, to_end - delay))
        if code != -signal.SIGINT:
            problems.add(f"exit code {code}")
        problem = traceback_problem(path, errors)
        if problem:
            problems.add(problem)
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times), problems


def main(options, names):
    options = [*options, "--jit-stats"] if HAS_JIT else options
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = os.path.join(folder, name + ".py")
            with open(path, "w") as file:
                file.write(LOOPS[name] + CALL)
            to_handler = to_end = sys.maxsize
            for _ in range(ROUNDS):
                handler, end, problems = round_of(name, path, options)
                to_handler, to_end = min(to_handler, handler), min(to_end, end)
                if problems or max(to_handler, to_end) < BOUND:
                    break
            if max(to_handler, to_end) >= BOUND:
                problems.add(f"{to_handler:.3f} s to the handler, {to_end:.3f} s to the end")
            print(name, problems or "ends at once")


if __name__ == "__main__":
    main(OPTIONS, LOOPS)
