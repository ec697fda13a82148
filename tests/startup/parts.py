"""parts.py COACHWHIP: a loop whose tree grows many bridges gets its code piece by piece, without a gap, and computes what the
interpreter does."""
import os
import re
import subprocess
import sys
import tempfile

BRANCHES = 24
SECONDS = 4 if len(os.sched_getaffinity(0)) > 1 else 40  # with one core the worker gets a fortieth of the time


def program():
    """Every branch is too long for all of them to be compiled at once."""
    lines = ["import time", "", "def work(n):", "    a, b, c = 1, 2, 0.5", "    for i in range(n):", f"        k = i * 7 % {BRANCHES}"]
    for branch in range(BRANCHES):
        lines.append(f"        {'elif' if branch else 'if'} k == {branch}:")
        for step in range(8):
            lines.append(f"            a = (a * {branch + 3} + b + {step}) % 10007; b = (b + a * {step + 1}) % 9973; c = c * 0.5 + a")
    lines += ["    return a, b, c", "", f"end = time.process_time() + {SECONDS}", "while time.process_time() < end:", "    work(40000)",
              "print(work(40000))"]
    return "\n".join(lines) + "\n"


def ranges_of_trees(log):
    found = {}
    for tree, first, last in re.findall(r"jit: tree (\d+) compiled, segments (\d+) to (\d+): ok", log):
        found.setdefault(tree, []).append((int(first), int(last)))
    return found


def gaps(ranges):
    """The ranges that neither begin at the root nor where those before have ended."""
    compiled, bad = 0, []
    for first, last in ranges:
        if first not in (0, compiled):
            bad.append((first, last))
        compiled = last + 1
    return bad


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "branches.py")
        with open(script, "w") as file:
            file.write(program())
        expected = subprocess.run([binary, "--jit=off", script], capture_output=True, text=True)
        done = subprocess.run([binary, script], capture_output=True, text=True, env=dict(os.environ, COACHWHIP_JIT_LOG="1"))
    trees = ranges_of_trees(done.stderr)
    most = max((len(ranges) for ranges in trees.values()), default=0)
    problems = [f"tree {tree}: code for {bad} of {trees[tree]}" for tree in trees if (bad := gaps(trees[tree]))]
    if done.returncode or done.stdout != expected.stdout:
        problems.append(f"exit code {done.returncode}, {done.stdout!r} instead of {expected.stdout!r}")
    if most < 3:
        problems.append(f"no tree was compiled in three pieces: {trees}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
