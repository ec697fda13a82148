"""native.py COACHWHIP SCRIPT...: runs each SCRIPT with everything hot at once, and fails when the worker refused a trace, has died (of
what a sanitiser found in it, say) or nothing at all went native: all are invisible in what a program prints, for it then runs
interpreted."""
import os
import re
import subprocess
import sys

TIMEOUT = float(os.environ.get("TEST_TIMEOUT", "300")) - 20  # seconds for a script


def check(binary, script):
    command = [binary, "--jit=sync", "-X", "jit-threshold=2", "--jit-stats", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    problems = [line for line in done.stderr.splitlines() if "refused the trace" in line or "no native code" in line]
    if not re.search(r": native, ", done.stderr):
        problems.append("nothing went native")
    for problem in problems:
        print(f"{script}: {problem.strip()}")
    return not problems


def main():
    binary, *scripts = sys.argv[1:]
    return 0 if all([check(binary, script) for script in scripts]) else 1


if __name__ == "__main__":
    sys.exit(main())
