"""failing_allocator.py [FIRST LAST STEP]: run by Coachwhip. For each program and each k, a forked child runs the program with
the k-th request for memory failing. It must end normally or with MemoryError (or an error that a failed request may turn into,
see ALLOWED), never by a signal, and the heap must be consistent afterwards."""
import os
import sys

import _coachwhip

PROGRAMS = {
    "ints": "x = 1\nfor i in range(60): x = x * 10 + i\ns = str(x), hex(x), x // 7, x ** 3, int('9' * 50)",
    "strings": "s = ''\nfor i in range(50): s += chr(65 + i % 26) * 3\nt = s.upper().replace('A', 'xyz').split('B'); u = '-'.join(t); v = f'{u!r:>300}' + '%s %d' % (u, 5)",
    "lists": "a = [i for i in range(80)]\na.sort(key=lambda x: -x)\nb = a[::2] + a * 2\nb.insert(3, [1]); b.extend(range(30)); c = sorted(map(str, b)); d = list(zip(a, c))",
    "dicts": "d = {}\nfor i in range(60): d[i] = d['k%d' % i] = (i,)\ne = {**d}\nfor k in list(e):\n if isinstance(k, int): del e[k]\nf = set(d) & set(range(9)); g = {k: v for k, v in e.items()}",
    "classes": "class A:\n def __init__(self, x): self.x = x\n def __add__(self, o): return A(self.x + o.x)\nclass B(A):\n __slots__ = ('y',)\n @property\n def z(self): return self.x\nt = B(0)\nfor i in range(30): t = t + B(i)\nt.x, B(3).z, vars(t)",
    "generators": "def g(n):\n for i in range(n):\n  yield i\ndef h():\n  r = yield from g(10)\n  yield r\ns = sum(x for x in h() if x), list(g(30))",
    "exceptions": "def f(n):\n if n == 0: raise ValueError('deep')\n try: f(n - 1)\n finally: pass\nfor i in range(10):\n try: f(i)\n except ValueError as e: s = repr(e)",
    "closures": "def outer(n):\n def inner(k=3, *a, **kw):\n  nonlocal n\n  n += k\n  return n\n return inner\nf = [outer(i) for i in range(20)]\nfor g in f: g(); g(k=2); g(*[1, 2], **{'z': 1})",
    "compile": "code = compile('def f(a, b=1):\\n  x = [a + b for _ in range(3)]\\n  return x[0]\\nclass C: pass\\n', 'name', 'exec')\nns = {}\nexec(code, ns)\nns['f'](3)",
    "regex": "import re\nfor i in range(3): m = re.match(r'(a+)(?P<n>b|c)*d?', 'aaabcd' * 3); s = re.sub('b', 'x', 'abc' * 20), m.groups()",
    "sets": "s = {i*7%50 for i in range(60)}; t = set('abc') | s; u = t & s, t - s, t ^ s, frozenset(t), s.copy(); s.update(range(100)); s.intersection_update(range(30)); repr(s); list(iter(s)); hash(u[3])",
    "views": "d = dict.fromkeys(range(40)); k = d.keys() & {1,2}; l = d.items(); m = [x for x in l], list(reversed(d)), d.values(), repr(k), d | {1:2}, d.copy(); d.popitem(); sorted(d.items(), key=lambda p: -p[0]); [d.setdefault(i, []) for i in range(60)]",
    "deque": "from collections import deque, defaultdict, OrderedDict, Counter\nq = deque(range(100), 50)\nq.rotate(3); q.extendleft('abc'); r = q.copy(), q + q, repr(q), list(reversed(q))\nd = defaultdict(list)\nfor i in range(50): d[i % 7].append(i)\no = OrderedDict((i, i) for i in range(30))\nfor i in range(60): o.move_to_end(i % 30, last=i % 2)\no.popitem(False); repr(o), o.copy(), o == OrderedDict(o); Counter('abracadabra').most_common(2)",
    "itertools": "import itertools as t\na = list(t.product('ab', range(3))), list(t.permutations(range(4))), list(t.combinations(range(6), 3)), list(t.chain('ab', [1])), [list(g) for k, g in t.groupby('aabbc')], list(t.islice(t.count(), 5)), list(t.zip_longest('ab', 'c')), list(t.accumulate(range(9))), [list(x) for x in t.tee(range(70), 3)], list(t.pairwise('abc')), list(t.starmap(pow, [(1, 2)] * 5))",
    "functools": "from functools import lru_cache, partial, reduce, cmp_to_key\n@lru_cache(5)\ndef f(x, y=1): return x + y\nfor i in range(40): f(i % 9, y=i % 2)\np = partial(f, 1, y=2); p(), repr(p), reduce(max, range(20)), sorted(range(30), key=cmp_to_key(lambda a, b: b - a)), f.cache_info()",
    "weakrefs": "import weakref, gc\nclass C: pass\nl = []\nfor i in range(20):\n c = C(); c.me = c; l.append(weakref.ref(c, lambda r: None)); weakref.proxy(c)\ndel c; gc.collect(); weakref.WeakValueDictionary(a=C())",
}
# A failed request may surface as another error where CPython's does too: a failing import, a SystemError from compile.
ALLOWED = (MemoryError, ImportError, SystemError)


def child(code, k):
    namespace = {"__name__": "program"}
    try:
        _coachwhip.fail_at(k)
        exec(code, namespace)
        namespace.clear()
        status = 0 if _coachwhip.fault_is_armed() else 1
    except ALLOWED:
        status = 2
    except BaseException as error:
        _coachwhip.fail_at(0)
        sys.stderr.write(f"k={k}: {type(error).__name__}: {error}\n")
        status = 3
    _coachwhip.fail_at(0)
    _coachwhip.memory_check()
    os._exit(status)


def main():
    first, last, step = map(int, sys.argv[1:4]) if len(sys.argv) > 3 else (1, 2000, 1)
    bad = 0
    for name, text in PROGRAMS.items():
        code = compile(text, name, "exec")
        exec(code, {"__name__": "program"})  # warm: imports and caches are there
        ends = [0, 0, 0, 0]
        for k in range(first, last + 1, step):
            pid = os.fork()
            if pid == 0:
                child(code, k)
            status = os.waitpid(pid, 0)[1]
            if os.WIFSIGNALED(status) or os.WEXITSTATUS(status) > 2:
                bad += 1
                print(f"{name}: k={k}: status {status}")
                continue
            ends[os.WEXITSTATUS(status)] += 1
            if os.WEXITSTATUS(status) == 0:
                break  # the program makes fewer than k requests
        print(f"{name}: survived the fault {ends[1]} times, MemoryError {ends[2]} times, up to k={k}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
