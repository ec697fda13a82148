# What uncaught exceptions print: carets, chains, notes, groups, recursion, syntax errors, and warnings' source lines.
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = [
    "def f(x):\n    return x.a + x.b[0]\n\ndef g():\n    return f(1) + 2\n\ng()\n",
    "a = {'x': {}}\nprint(a['x']['y']['z'])\n",
    "def f(n):\n    return 1 if n == 0 else f(n - 1) + 1 / (n - 3)\nf(10)\n",
    "def f():\n    f()\nf()\n",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('bad') from e\n",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    int('x')\n",
    "try:\n    {}['k']\nexcept KeyError:\n    raise RuntimeError('hidden') from None\n",
    "e = ValueError('with notes')\ne.add_note('note one')\ne.add_note('note\\ntwo')\nraise e\n",
    "raise ExceptionGroup('group', [ValueError(1), ExceptionGroup('inner', [TypeError('t'), KeyError('k')])])\n",
    "x = (1 +\n     2 +\n     None)\n",
    "def f(a, b):\n    pass\nf(1,\n  2,\n  3)\n",
    "class C:\n    def __getattr__(self, n):\n        raise AttributeError('no ' + n)\nC().missing\n",
    "import json\njson.loads('{bad')\n",
    "print('x' if 1 else\n",
    "def f():\n  x = 1\n    y = 2\n",
    "if True:\nprint(1)\n",
    "x = 'unterminated\n",
    "a b\n",
    "f(a=1, 2)\n",
    "for i in range(3) print(i)\n",
    "x = [1, 2\ny = 3\n",
    "return 5\n",
    "def f():\n    nonlocal zz\n",
    "class A: pass\nclass B(A, A): pass\n",
    "printt('typo')\n",
    "import collectionz\n",
    "from collections import orderedDict\n",
    "[].appendd(1)\n",
    "def f():\n    x\n    x = 1\nf()\n",
    "with open('/nonexistent/file') as f: pass\n",
    "raise 5\n",
    "lambda: (yield)\n(lambda: [x for x in 1])()\n",
    "class E(Exception):\n    def __str__(self):\n        raise ValueError\nraise E\n",
    "async def f(): pass\nf()\n",
    "import sys\nsys.excepthook = lambda *a: print('hook', a[0].__name__, a[1])\n1/0\n",
    "class D:\n    def __del__(self):\n        raise ValueError('in del')\nd = D()\ndel d\nprint('after')\n",
    "import threading\nt = threading.Thread(target=lambda: 1/0, name='T')\nt.start()\nt.join()\n",
    "exec('1/0')\n",
    "exec(compile('a\\nb +', 'name', 'exec'))\n",
    "assert 1 == 2, ('a', 1)\n",
    "def gen():\n    yield 1\n    raise ValueError('gen')\nlist(gen())\n",
    "[1 / x for x in (1, 0)]\n",
    "'é' + 1; ü = 'wide' + None\n",
    "x = 'wïde' + (  None.y)\n",
    "match 5:\n    case {'a': 1, **rest, 'b': 2}:\n        pass\n",
    "int('1' * 5000)\n",
]
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "prog.py")
    for program in PROGRAMS:
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        done = subprocess.run([sys.executable, "prog.py"], cwd=folder, capture_output=True, text=True)
        print("-----", done.returncode)
        errors = re.sub(r" at 0x[0-9a-f]+", " at ADDRESS", done.stderr.replace(folder, "DIR"))
        # _tracemalloc is not there yet, so nobody is told to enable it
        errors = errors.replace("RuntimeWarning: Enable tracemalloc to get the object allocation traceback\n", "")
        print(program + done.stdout + errors)
