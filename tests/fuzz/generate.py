"""generate.py SEED: prints a Python program for the differential test of the JIT (run.py).

The program is the same for the same seed, ends by itself, prints the same under every correct Python 3.11, and keeps its loops
hot: a handful of classes, functions and generators, each called several times with different arguments. What it prints shows
values, exceptions with their lines and the variables of the frames they came through, the moments at which objects die, and at
the end the reference counts of a few shared objects (tokens), so that one count too many or too few anywhere is a difference.
"""
import random
import sys

from statements import Body, Scope

PRELUDE = '''\
import gc, math, sys
from _weakref import ref

gc.disable()  # when a collection comes is not part of the language

LOG, WATCHES = [], []
TOKENS = [object(), "to" + str(5) + "ken", int("1" * 31), (1, "x" * 3, [2]), [1, 2], float("3e-200"), {"k": 1}]
TK0, _, _, TK3, TK4, _, TK6 = TOKENS


def show(x, depth=2):
    """As text, without anything that differs from run to run."""
    if isinstance(x, (bool, int, float, str, bytearray, range, type(None))):
        return repr(x)
    if isinstance(x, (list, tuple, set)) and depth:
        items = [show(y, depth - 1) for y in list(x)[:12]]
        return type(x).__name__ + "(" + ", ".join(sorted(items) if isinstance(x, set) else items) + ")"
    if isinstance(x, dict) and depth:
        return "dict(" + ", ".join([show(k, depth - 1) + ": " + show(v, depth - 1) for k, v in list(x.items())[:12]]) + ")"
    if isinstance(x, Exception):
        return type(x).__name__ + show(x.args)
    if isinstance(x, Thing):
        return f"{type(x).__name__}#{x.number}({show(x.a, 0)}, {show(getattr(x, 'b', '?'), 0)}, {show(x.f, 0)})" if hasattr(x, "a") else "Thing?"
    return type(x).__name__


def note(x):
    if len(LOG) < 250:
        LOG.append(show(x))


def watch(x):
    WATCHES.append(ref(x, lambda _: note("died")))


def set_global(name, value):
    globals()[name] = value


class Oops(Exception):
    pass


class Manager:
    def __init__(self, value, swallows):
        self.value, self.swallows = value, swallows

    def __enter__(self):
        return self.value

    def __exit__(self, kind, value, traceback):
        note(kind and kind.__name__)
        return self.swallows and kind in (ValueError, KeyError, TypeError)


class Thing:
    __slots__ = ("__weakref__",)
    made = lost = 0


def step_up(self, n):
    self.a = (self.a + n) % 1013
    return self.a


def step_down(self, n):
    return (self.b - n) % 1009

'''

DRIVER = '''\

def attempt(name, call):
    try:
        result = call()
        if hasattr(result, "__next__"):
            result = list(zip(range(40), result))
        print(name, show(result))
    except Exception as e:
        print(name, show(e))
        place = e.__traceback__.tb_next
        while place:
            names = place.tb_frame.f_locals
            line = "?" if isinstance(e, UnboundLocalError) else place.tb_lineno  # CPython's superinstructions get it wrong
            print("   ", line, ", ".join([name + "=" + show(names[name], 1) for name in sorted(names)][:30]))
            place = place.tb_next


def report():
    print("log", len(LOG))
    for line in LOG:
        print("   ", line)
    LOG.clear()

'''

CLOSING = '''\
report()
G_any = G_list = G_object = G_dict = None
gc.collect()
print("things", Thing.made, Thing.lost)
for i, token in enumerate(TOKENS):
    print("token", i, sys.getrefcount(token), show(token))
report()
'''


class Function:
    """A function of the generated program: how to call it, and what that costs."""

    def __init__(self, name, parameters):
        self.name, self.parameters, self.cost, self.items = name, parameters, 0, 0

    def call(self, writer, depth):
        """Text of a call with random arguments from the writer's scope; some by keyword, some left out."""
        arguments, named = [], False
        for name, kind, default in self.parameters:
            if default is not None and writer.chance(30):
                named = True
                continue
            value = writer.expression(kind, min(depth - 1, 1))
            if named or (default is not None and writer.chance(30)):
                named = True
                arguments.append(f"{name}={value}")
            else:
                arguments.append(value)
        return f"{self.name}({', '.join(arguments)})"


class Program:
    """Everything that the parts of the program share."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.risk = self.random.choice([0, 0, 1, 1, 3, 10, 40])
        # Not every one as a global: traces keep text and numbers that are globals alive.
        self.tokens = ["TK0", "TOKENS[1]", "TOKENS[2]", "TK3", "TK4", "TOKENS[5]", "TK6"]
        self.global_names = [("G_int", "int"), ("G_float", "float"), ("G_list", "list"), ("G_dict", "dict"), ("G_object", "object"), ("G_any", "any"),
                             ("G_str", "str"), ("G_tuple", "tuple")]
        self.classes, self.functions, self.generators = [], [], []
        self.parts = [PRELUDE]

    def global_scope(self):
        names = {}
        for name, kind in self.global_names:
            names.setdefault(kind, []).append(name)
        return Scope(names)

    # --- classes ---

    def method(self, head, scope_names, returns):
        scope = self.global_scope()
        for kind, name in scope_names:
            scope.names[kind].append(name)
        body = Body(self, self.random, scope, 2, self.risk // 4, is_method=True)
        lines = [f"    {head}:"]
        if self.random.randrange(3) == 0:
            body.line("v = 0")
            scope.add("int", "v")
            body.statements(1, 1, 3)
        body.line(f"return {returns}")
        return lines + body.lines

    def add_class(self, index):
        name = f"Class{index}"
        base = self.random.choice(self.classes) if self.classes and self.random.randrange(3) == 0 else "Thing"
        chance = lambda percent: self.random.randrange(100) < percent
        has_slots = base == "Thing" and chance(40)
        lines = [f"class {name}({base}):"]
        if base == "Thing":
            lines.append("    scale = 3")
            if has_slots:
                lines.append("    __slots__ = ('a', 'b', 'f', 's', 'items', 'keep', 'number')")
            lines += ["", "    def __init__(self, a=1, b=2, f=0.5):", "        Thing.made += 1", "        self.number = Thing.made",
                      "        self.a = a", "        self.b = b", "        self.f = f", "        self.s = 'obj'", "        self.items = []", "        self.keep = None"]
        elif chance(50):
            lines += ["    def __init__(self, a=1, b=5, f=1.5):", f"        {self.random.choice(['super().__init__(a, b, f)', base + '.__init__(self, a, b=b, f=f)'])}", "        self.extra = a"]
        ints = [("int", "self.a"), ("int", "self.b"), ("int", "n")]
        value, small = "<int>", "(<int>) % 1021"
        methods = [
            (100 if base == "Thing" else 40, self.method("def step(self, n)", ints, small)),
            (100 if base == "Thing" else 30, self.method("def mix(self, n, k=2)", ints + [("int", "k")], small)),
            (100 if base == "Thing" else 20, ["    @property"] + self.method("def total(self)", ints[:2], value)),
            (40, ["    @total.setter", "    def total(self, value):", "        self.a = value"] if base == "Thing" else []),
            (60, ["    def __add__(self, other):", "        return type(self)(self.a + (other if isinstance(other, int) else 1))"]),
            (30, ["    def __iadd__(self, other):", "        self.a += other", "        return self"]),
            (50, ["    def __eq__(self, other):", "        return isinstance(other, Thing) and self.a == other.a", "", "    def __hash__(self):", "        return 7"]),
            (50, ["    def __lt__(self, other):", "        return self.a < other.a"]),
            (50, ["    def __len__(self):", "        return self.b % 4"]),
            (50, ["    def __getitem__(self, n):", "        if n > 5:", "            raise IndexError(n)", "        return self.a + n"]),
            (40, ["    def __setitem__(self, n, value):", "        self.b = value"]),
            (40, ["    def __contains__(self, n):", "        return n == self.a"]),
            (40, self.method("def __call__(self, n)", ints, small)),
            (30, ["    def __iter__(self):", "        for n in range(self.b % 7):", "            yield n + self.a"]),
            (25, ["    def __bool__(self):", "        return self.a % 2 == 0"]),
            (25, [] if has_slots else ["    def __getattr__(self, name):", "        if name == 'extra':", "            return 11", "        raise AttributeError(name)"]),
            (60, ["    def __del__(self):", "        Thing.lost += 1", f"        note({self.random.choice(['self.number', repr(name), 'self.a'])})"]),
        ]
        for percent, text in methods:
            if text and chance(percent):
                lines += ["", *text]
        self.parts.append("\n".join(lines) + "\n\n")
        self.classes.append(name)

    # --- functions ---

    def add_function(self, index, is_leaf=False, is_generator=False):
        function = Function(f"{'gen' if is_generator else 'leaf' if is_leaf else 'func'}{index}", self.parameters())
        scope = self.global_scope()
        for name, kind, _ in function.parameters:
            scope.add(kind, name)
        body = Body(self, self.random, scope, 1, self.risk, is_generator, is_leaf=is_leaf)
        body.declare_locals()
        body.statements(0, 1, 4) if is_leaf else body.loop(0)
        if not is_leaf:
            body.statements(0, 2, 7)
        if is_generator:
            body.yield_value(0)
        result = "<int>"
        if not is_leaf and self.random.randrange(2):
            result = "(" + "".join(name + ", " for name in scope.all_writable()[:14]) + "<int>)"
        body.line(f"return {result}")
        function.cost, function.items = body.cost, body.yields
        self.parts.append("\n".join([f"def {function.name}({self.head(function)}):"] + body.lines) + "\n\n")
        (self.generators if is_generator else self.functions).append(function)

    def parameters(self):
        kinds = ["int", "int", "float", "str", "list", "object", "any", "dict"]
        parameters, writer = [], self.writer(self.global_scope())
        for i in range(self.random.randrange(4)):
            kind = self.random.choice(kinds)
            default = writer.constant(kind) if parameters and (parameters[-1][2] is not None or self.random.randrange(2)) else None
            parameters.append((f"p{i}", kind, default))
        return parameters

    def head(self, function):
        parts = [name if default is None else f"{name}={default}" for name, _, default in function.parameters]
        return ", ".join(parts + self.random.choice([[], [], [], ["*more"], ["**named"]]))

    def add_recursion(self, index):
        function = Function(f"deep{index}", [("p0", "int", None)])
        width = self.random.choice([1, 2])
        inner = "{name}(n - 1, x + {a}) {op} {name}(n - 2, x ^ {b})" if width == 2 else "{name}(n - 1, x * {a} % 1009) {op} {b}"
        inner = inner.format(name=f"down{index}", a=self.random.randrange(1, 9), b=self.random.randrange(9), op=self.random.choice("+-^"))
        floor = self.random.choice(["x", "x * 0.5", "(x if x % 2 else None) or 3", "TOKENS[2] % 1000"])
        self.parts.append(f"def down{index}(n, x=1):\n    if n < 2:\n        return {floor}\n    return {inner}\n\n\n"
                          f"def deep{index}(p0):\n    return down{index}(int(p0) % {9 if width == 2 else 30}) \n\n")
        function.cost = 150
        self.functions.append(function)

    def writer(self, scope):
        body = Body(self, self.random, scope, 0, self.risk, is_method=True)
        body.times = 10 ** 6    # nothing can be called
        return body

    def build(self):
        for i in range(self.random.randrange(2, 5)):
            self.add_class(i)
        writer = self.writer(Scope())
        self.parts.append("".join(f"{name} = {writer.constant(kind)}\n" for name, kind in self.global_names) + "\n\n")
        for i in range(self.random.randrange(1, 4)):
            self.add_function(i, True)
        if self.random.randrange(3) == 0:
            self.add_recursion(9)
        for i in range(self.random.randrange(3, 7)):
            self.add_function(i, is_generator=self.random.randrange(6) < (3 if i < 2 else 1))
        self.parts.append(DRIVER)
        for function in self.functions + self.generators:
            self.add_calls(function)
        self.parts.append(CLOSING)
        return "\n".join(self.parts)

    def add_calls(self, function):
        writer = self.writer(self.global_scope())
        lines = []
        for _ in range(self.random.randrange(2, 5)):
            lines.append(f"attempt({function.name!r}, lambda: {function.call(writer, 2)})")
        self.parts.append("\n".join(lines) + "\nreport()\n")


def generate(seed):
    return Program(seed).build()


if __name__ == "__main__":
    sys.stdout.write(generate(int(sys.argv[1])))
