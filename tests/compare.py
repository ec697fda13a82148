"""compare.py COACHWHIP MODE SCRIPT: runs SCRIPT under CPython 3.11 and under Coachwhip, and fails unless standard output,
standard error and the exit code are the same.

MODE: off (the interpreter alone), sync (everything hot at once, each compile awaited), exec (the same, traces run by the
IR executor), auto; gcstress, gcstress-sync, gcstress-exec: off, sync and exec with a full collection after every allocation
of a container. Among the comments that a script begins with, some speak to this program:
    # args: A B         command-line arguments
    # stderr: ignore    compare standard output and exit code only
    # modes: off auto   run in these modes only; the reason stands behind a semicolon
    # gcstress: 0       under gcstress, collect this generation only: a script with very many allocations
"""
import difflib
import os
import re
import subprocess
import sys

PYTHON = "/usr/bin/python3.11"
TIMEOUT = float(os.environ.get("TEST_TIMEOUT", "300")) - 10  # seconds; ctest's own, less what it takes to report
MODE_OPTIONS = {
    "off": ["--jit=off"],
    "sync": ["--jit=sync", "-X", "jit-threshold=2"],
    "exec": ["--jit=exec", "-X", "jit-threshold=2"],
    "auto": ["--jit=auto"],
}


def directives(script):
    found = {}
    with open(script, encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.startswith("#"):
                break
            match = re.match(r"# (args|stderr|modes|gcstress): (.*)", line)
            if match:
                found[match[1]] = match[2].partition(";")[0].split()
    return found


def mode_options(mode, directives):
    stress, _, jit = mode.partition("-")
    if stress != "gcstress":
        return MODE_OPTIONS[mode]
    return [*MODE_OPTIONS[jit or "off"], "-X", "gc-stress=" + directives.get("gcstress", ["2"])[0]]


def run(command, script):
    environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8")
    done = subprocess.run(command, cwd=os.path.dirname(script) or ".", env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=TIMEOUT)
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode


def show_difference(what, expected, got):
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "CPython's " + what, "Coachwhip's " + what, lineterm="")
    print("\n".join(list(lines)[:80]))


def main():
    binary, mode, script = sys.argv[1:]
    options = directives(script)
    if mode not in options.get("modes", [mode]):
        print("not run in this mode (see the script's first lines)")
        return 0
    rest = [os.path.basename(script), *options.get("args", [])]
    expected = run([PYTHON, *rest], script)
    got = run([binary, *mode_options(mode, options), *rest], script)
    compared = ["standard output", "standard error", "exit code"]
    failed = 0
    for what, a, b in zip(compared, expected, got):
        if a != b and not (what == "standard error" and "ignore" in options.get("stderr", [])):
            show_difference(what, str(a), str(b))
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
