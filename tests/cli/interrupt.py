# Ctrl-C ends any loop at once (measured: under 100 ms; here a loose bound, for slow machines) with KeyboardInterrupt and a traceback whose last frame is the loop's.
import signal
import subprocess
import sys
import time

LOOPS = {
    "while": "def f():\n    i = 0\n    while True:\n        i += 1\n",
    "for": "def f():\n    t = 0\n    for i in range(10 ** 12):\n        t += i & 3\n",
    "call": "def g(x):\n    return x + 1\ndef f():\n    x = 0\n    while True:\n        x = g(x)\n",
    "float": "def f():\n    x = 0.0\n    while True:\n        x = x * 0.5 + 1.0\n",
    "list": "def f():\n    a = [1, 2, 3]\n    while True:\n        a[1] = a[0] + a[2]\n",
    "generator": "def g():\n    while True:\n        yield 1\ndef f():\n    t = 0\n    for x in g():\n        t += x\n",
    "nested": "def f():\n    while True:\n        for i in range(100):\n            for j in [1, 2, 3]:\n                pass\n",
    "sleep": "import time\ndef f():\n    time.sleep(100)\n",
}
for name, text in LOOPS.items():
    child = subprocess.Popen([sys.executable, "-c", text + "print('ready', flush=True)\nf()\n"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    time.sleep(0.6)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=20)
    spent = time.monotonic() - start
    lines = errors.splitlines()
    print(name, child.returncode, lines[:1], lines[-1:], any(", in f" in line for line in lines), spent < 3 or spent)
