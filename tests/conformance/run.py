"""run.py COACHWHIP MODULE PERCENT: runs CPython's test.MODULE under Coachwhip and fails when less than PERCENT of its
tests pass. Tests marked cpython_only skip themselves (sys.implementation.name). Prints the tests that do not pass."""
import os
import re
import subprocess
import sys
import tempfile


def main():
    binary, module, percent = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        support = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support")
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8", PYTHONPATH=support)
        done = subprocess.run([binary, "-m", "unittest", "test." + module], cwd=folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=580, text=True, errors="replace")
    ran = re.search(r"^Ran (\d+) tests?", done.stderr, re.M)
    if not ran:
        print(done.stdout[-2000:], done.stderr[-4000:])
        print(f"{module}: did not run to its end (exit code {done.returncode})")
        return 1
    bad = sorted(set(re.findall(r"^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (.*)$", done.stderr, re.M)))
    skipped = re.search(r"skipped=(\d+)", done.stderr)
    total = int(ran[1])
    share = 100 * (total - len({name.split(" (")[0] + name.partition("(")[2].split(")")[0] for name in bad})) / max(total, 1)
    for name in bad:
        print("not passed:", name)
    print(f"{module}: {share:.1f} % of {total} tests pass, {skipped[1] if skipped else 0} skipped; asked {percent} %")
    return 0 if total and share >= percent else 1


if __name__ == "__main__":
    sys.exit(main())
