"""failing_parser.py: run by Coachwhip. Each source is parsed again and again with the k-th request for memory failing,
until none fails any more. It must end normally or with MemoryError (or with the source's own SyntaxError), never by a
signal."""
import ast
import os
import sys

import _coachwhip

SOURCES = [
    "def f(a, b=1, *c, d: int = 2, **e) -> str:\n  with a as b, c: return f'{a!r:>{b}} {c=} x' 'y' b\n",
    "@d\nclass C(A, m=M):\n  x: int = {1: 2, **a}; y = [i for i in z if i]\n  async def g(self): await x\n\n"
    "try: pass\nexcept* (A, B) as e: pass\nmatch x:\n  case {'a': [1, *_], **r} | C(x=1) if y: pass\n",
    "a.b.c, *d = (e for f in g), lambda x, /, *, y: x if y else z\n",
    "é = '\\N{BULLET}' '€'\n", b"# coding: latin-1\nx = '\xe9' y\n",
    "x = 1 2\n", "f(a b)\n", "(a,\nb", "if x = 3: pass\n", "{1:2, 3 4}\n", "f'{a b}'\n", "'\\x1'\n", "0777\n",
    "def f(a=1, b): pass\n", "try:\n pass\nx\n", "for f() in x: pass\n",
]  # fmt: skip


def child(source, k):
    """Exit code 0: the k-th request never came; 1: it failed and was survived; 2: a wrong exception."""
    status = 1
    try:
        _coachwhip.fail_at(k)
        compile(source, "name", "exec", ast.PyCF_ONLY_AST)
    except (MemoryError, ImportError, SyntaxError):
        pass
    except BaseException as error:
        _coachwhip.fail_at(0)
        print(f"{source!r}: k={k}: {type(error).__name__}: {error}", flush=True)
        status = 2
    if _coachwhip.fault_is_armed():
        status = 0
    _coachwhip.fail_at(0)
    _coachwhip.memory_check()
    os._exit(status)


def main():
    bad = 0
    for source in SOURCES:
        try:
            compile(source, "name", "exec", ast.PyCF_ONLY_AST)  # warm: imports and caches are there
        except SyntaxError:
            pass
        for k in range(1, 1000):
            pid = os.fork()
            if pid == 0:
                child(source, k)
            status = os.waitpid(pid, 0)[1]
            if os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 2:
                bad += 1
                print(f"{source!r}: k={k}: status {status}")
            elif os.WEXITSTATUS(status) == 0:
                break
    print("bad:", bad)
    return bad != 0


sys.exit(main())
