# Tracing switched on and off by calls inside of native code: inlined calls are seen.
import sys
calls = []
def tr(frame, event, arg):
    if event == 'call' and frame.f_code.co_name in ('f', 'g'): calls.append(frame.f_code.co_name)
    return None
def pr(frame, event, arg):
    if frame.f_code.co_name in ('f', 'g'): calls.append((event, frame.f_code.co_name))
def enable(i):
    for _ in (1,):
        if i == 60: sys.settrace(tr)
        if i == 70: sys.settrace(None)
        if i == 80: sys.setprofile(pr)
        if i == 90: sys.setprofile(None)
def f(i): return i + 1
class C:
    def __add__(self, o): return g(o)
def g(o): return o
def go(n):
    s = 0; c = C()
    for i in range(n):
        enable(i)
        s += f(i) + (c + 1)
    return s
print(go(100)); print(len(calls), calls[:8], calls[-8:])
