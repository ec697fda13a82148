"""Random statements: bodies of functions that end, whatever the values.

Every loop has a bound that no statement in it can move, and the product of the bounds of nested loops, calls included, is
limited (self.times, self.cost).
"""
from contextlib import contextmanager

from expressions import Expressions
from grammar import (AUGMENTS, BYTES_CHANGES, CUTS, DICT_CHANGES, EDGE_INTS, KEEPS, KINDS, LIST_CHANGES, OBJECT_CHANGES,
                     SET_CHANGES)

LOOP_LIMIT = 900     # iterations of nested loops, multiplied
COST_LIMIT = 12000   # statements that one function may execute, about
LOCALS = {"int": ("i", 3), "float": ("f", 2), "str": ("s", 1), "bool": ("t", 1), "list": ("l", 2), "any": ("a", 1), "dict": ("d", 1), "set": ("z", 1),
          "tuple": ("u", 1), "bytes": ("b", 1), "object": ("o", 2)}
HEADS = [  # of loops over items, and the kinds of the two variables
    ("{0} in <list0>[:30]", "int", None), ("{0} in <list0>", "int", None), ("{0} in <list0>", "int", None), ("{0}, {1} in enumerate(<list0>[:30])", "int", "int"),
    ("{0}, {1} in zip(<list0>, <list>)", "int", "int"), ("{0} in <dict0>", "any", None), ("{0}, {1} in <dict0>.items()", "any", "int"), ("{0} in <str>", "str", None),
    ("!{0} in <tuple>", "int", None), ("{0} in reversed(<list0>)", "int", None), ("!{0} in sorted(<set>)[:20]", "int", None), ("{0} in <kept>", "any", None),
    ("{0} in [<new>, <new>, <object0>]", "object", None), ("!{0} in <object0>", "int", None), ("{0} in list(<dict0>.values())", "int", None), ("{0} in <bytes0>", "int", None),
    ("!{0}, {1} in [(<int>, <int>), <tuple>, (1, <thing>)]", "int", "int"), ("{0} in (q * 2 for q in <list0>)", "int", None), ("{0} in map(abs, <list0>)", "int", None),
]
MARK = "!"  # of what is risky: see grammar.py
RANGES = ["range({0})", "range({0})", "range({0}, 0, -1)", "range(1, {0} * 2, 2)", "range(<int> % {0})", "range(2 ** 61 - {0} // 2, 2 ** 61 + {0} // 2)", "range(<n:5>, {0})"]
PIPELINES = ["{0}", "{0}", "{1}", "(q + 1 for q in {0})", "(q for q in {0} if isinstance(q, int))", "(r for q in {0} for r in (q, <int0>))", "{1}"]
HELD = ["note(next({0}, None))", "{0}.close()", "note({0}.gi_running)", "note(sum(1 for q in {0}))", "note({0}.gi_frame is None)", "pass"]
CONSUMERS = ["(sum({0}) % 1009)", "(sum(q for q in {0}) % 1009)", "any(q == 3 for q in {0})", "all(q != 3 for q in {0})", "max({0}, default=<int0>)", "min((q for q in {0}), default=1)",
             "list({0})[:5]", "tuple(q for q in {0})[-3:]", "''.join(str(q) for q in {0})[:40]", "sorted(str(q) for q in {0})[:4]", "next({0}, None)", "[*{0}][:3]",
             "sum(([q] for q in {0}), [])[:4]", "list(zip({0}, (q for q in <list0>)))[:3]", "len(set({0}))", "(max(q for q in {0}))"]
CASES = [("0", "1 | 2", "_"), ("3", "int()", "str()"), ("x_ if x_ > 3", "[x_, y_]", "_")]


class Scope:
    """Names that may be read (names) and those that may be assigned too (writable), by kind."""

    def __init__(self, names=None):
        self.names = {kind: list(names.get(kind, ())) if names else [] for kind in KINDS}
        self.writable = {kind: [] for kind in KINDS}

    def add(self, kind, name):
        self.names[kind].append(name)
        self.writable[kind].append(name)

    def all_writable(self):
        return sorted({name for names in self.writable.values() for name in names})


class Body(Expressions):
    """Writes one function's statements."""

    def __init__(self, program, random, scope, indent, risk, is_generator=False, is_method=False, is_leaf=False):
        self.program, self.random, self.scope, self.indent = program, random, scope, indent
        self.is_generator, self.is_method = is_generator, is_method
        self.risk = risk    # percent of what is likely to raise, or to change types, that is let through
        self.is_small = is_method or is_leaf
        self.max_nesting = 2 if self.is_small or is_generator else 4
        self.lines = []
        self.times, self.cost, self.yields = 1, 0, 0
        self.loops = 0      # loops around this statement: break and continue may stand here
        self.counter = 0

    # --- writing ---

    def line(self, template, *names):
        text = template.format(*names) if names else template
        for part in self.fill(text, self.random.randrange(1, 4)).split("; "):
            self.lines.append("    " * self.indent + part)
        self.cost += self.times

    @contextmanager
    def block(self, head):
        self.line(head)
        self.indent += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.line("pass")
        self.indent -= 1

    def fresh(self, letter):
        self.counter += 1
        return f"{letter}{self.counter}_"

    def affordable_function(self):
        room = (COST_LIMIT - self.cost) // 3
        candidates = [f for f in self.program.functions if self.times * f.cost <= room]
        if not candidates or self.is_method:
            return None
        function = self.random.choice(candidates)
        self.cost += self.times * function.cost
        return function

    # --- bodies ---

    def declare_locals(self):
        for kind, (letter, count) in LOCALS.items():
            for i in range(self.random.randrange(self.risk < 10, count + 1)):
                self.line(f"{letter}{i} = <{kind}>")
                self.scope.add(kind, f"{letter}{i}")

    def statements(self, nesting, low=1, high=5):
        for _ in range(self.random.randrange(low, high)):
            self.statement(nesting)

    def statement(self, nesting):
        if self.cost > COST_LIMIT:
            return self.assign(nesting)
        choices = SIMPLE + [Body.yield_value] * 4 * self.is_generator
        if nesting < self.max_nesting and self.chance(50):
            choices = NESTED + [Body.generator_loop] * 4 * bool(self.program.generators)
        elif self.chance(2 + self.risk):
            choices = DISTURBING
        return self.random.choice(choices)(self, nesting)

    # --- assignments ---

    def assign(self, nesting):
        kind = self.pick("int", "int", "int", "float", "float", *KINDS)
        name = self.target(kind)
        if not name:
            return self.observe(nesting)
        if kind == "int" and self.chance(35):
            self.line(f"{name} = (<int>) {self.random.choice(CUTS)}")
        else:
            self.line(f"{name} = <{kind}>")

    def augment(self, nesting):
        kind = self.pick("int", "int", "int", *AUGMENTS)
        if self.target(kind):
            self.line(self.choose(AUGMENTS[kind]))

    def swap(self, nesting):
        one, two = self.target("int"), self.target(self.pick("int", "int", "float", "object"))
        if one and two and one != two:  # CPython 3.11.2 stores twice to one variable in the wrong order
            self.line(self.pick("{0}, {1} = {1}, {0}", "{0}, {1} = {1}, <int>", "{0} = {1} = <int>"), one, two)

    def unpack(self, nesting):
        one, two, rest = self.target("int"), self.target("int"), self.target("list")
        if one and rest and self.chance(40):
            self.line(self.pick("{0}, *{1} = [<int>, *<list>]", "{0}, *{1} = <tuple>" if self.chance(self.risk) else "{0}, *{1} = <int>, 3", "*{1}, {0} = 1, <int>, <int>"), one, rest)
        elif one and two and one != two:
            self.line(self.pick("{0}, {1} = <tuple>" if self.chance(self.risk) else "{0}, {1} = <int>, <int>", "{0}, {1} = divmod(<int>, 7)", "{0}, {1} = [<int>, <int>]", "({0}, _), {1} = (<int>, <thing>), <int>"), one, two)

    def walrus(self, nesting):
        if self.target("int"):
            self.line("note((<I> := <int>) <cmp> <int>)")

    def chaos(self, nesting):
        """A variable of another type, in one iteration or from one on."""
        kind = self.pick(*KINDS)
        name = self.target(kind)
        if not name:
            return
        others = {"int": ["float", "bool", "int", "object"], "float": ["int", "bool"], "str": ["int", "tuple"]}.get(kind, ["int", "tuple", "any"])
        value = f"<{self.pick(*others)}>" if self.chance(75) else self.pick("None", str(self.random.choice(EDGE_INTS)))
        with self.block(f"if <int0> {self.pick('==', '==', '>')} {self.random.randrange(1, 30)}:"):
            self.line(f"{name} = {value}")

    def delete_variable(self, nesting):
        name = self.target(self.pick("int", "any", "object", "list", "str"))
        if not name:
            return
        with self.block("if <bool>:"):
            self.line(f"del {name}")
        if self.chance(60):
            self.line(f"{name} = <int0>")

    def global_change(self, nesting):
        name, kind = self.random.choice(self.program.global_names)
        with self.block("if <bool>:"):
            self.line(self.pick(f"globals()[{name!r}] = <{kind}>", f"set_global({name!r}, <{kind}>)", f"set_global({name!r}, <int>)"))

    # --- containers and objects ---

    def container_change(self, nesting):
        kind = self.pick("list", "list", "any", "dict", "set", "bytes")
        name = self.target(kind) or self.name(kind)
        if not name:
            return self.assign(nesting)
        if kind in ("list", "any"):
            self.line(self.choose(LIST_CHANGES), name, "<int>" if kind == "list" else "<thing>")
            self.line(f"del {name}[{self.random.randrange(6, 30)}:]")
        elif kind == "dict":
            self.line(self.choose(DICT_CHANGES), name)
            if self.chance(50):
                with self.block(f"if len({name}) > {self.random.randrange(3, 20)}:"):
                    self.line(f"{name}.clear()")
        elif kind == "set":
            self.line(self.choose(SET_CHANGES), name)
        else:
            self.line(self.choose(BYTES_CHANGES), name)
            self.line(f"del {name}[40:]")

    def keep_anything(self, nesting):
        name = self.name("any") or "G_any"
        self.line(self.choose(KEEPS), name)
        self.line(f"del {name}[{self.random.randrange(3, 12)}:]")

    def object_change(self, nesting):
        self.line(self.choose(OBJECT_CHANGES), self.name("object") or "<new>")

    def class_change(self, nesting):
        with self.block("if <bool>:"):
            self.line(self.pick("<class>.scale = <int>", "<class>.scale += 1", "<class>.step = step_up", "<class>.step = step_down", "<class>.limit = <int>"))

    def drop_reference(self, nesting):
        name = self.target("object")
        if name:
            self.line(self.pick(f"{name} = None", f"{name} = <new>", f"{name}.keep = {name}", f"watch({name})", f"{name} = {name}.keep"))

    # --- flow ---

    def if_statement(self, nesting):
        with self.block("if <bool>:"):
            self.statements(nesting + 1, 1, 4)
        if self.chance(25):
            with self.block("elif <bool>:"):
                self.statements(nesting + 1, 1, 3)
        if self.chance(40):
            with self.block("else:"):
                self.statements(nesting + 1, 1, 3)

    def match_statement(self, nesting):
        with self.block("match <small>:"):
            for case in self.random.choice(CASES):
                with self.block(f"case {case}:"):
                    self.statements(nesting + 2, 1, 3)

    def loop(self, nesting):
        room = min(LOOP_LIMIT // self.times, 6 if self.is_small else 12 if self.is_generator else LOOP_LIMIT)
        if room < 3:
            return self.assign(nesting)
        times = self.random.randrange(3, min(room, self.pick(6, 20, 60, 120)) + 1)
        loop = self.pick(self.range_loop, self.range_loop, self.range_loop, self.while_loop, self.while_loop, self.item_loop, self.item_loop)
        loop(nesting, times)
        if self.chance(20):
            with self.block("else:"):
                self.statements(nesting + 1, 1, 3)

    def loop_body(self, nesting, times, names):
        for kind, name in names:
            self.scope.names[kind].append(name)
        before = self.times
        self.times *= times
        self.loops += 1
        self.statements(nesting + 1, 2, 6)
        self.loops -= 1
        self.times = before
        for kind, name in names:
            if not self.chance(30):     # else: read after the loop, where it may be unbound
                self.scope.names[kind].remove(name)

    def range_loop(self, nesting, times):
        name = self.fresh("i")
        with self.block(f"for {name} in {self.random.choice(RANGES).format(times)}:"):
            self.loop_body(nesting, times, [("int", name)])

    def while_loop(self, nesting, times):
        name = self.fresh("w")
        self.line(f"{name} = 0")
        condition = self.pick(f"{name} < {times}", f"{name} < {times} and <bool>", "True")
        with self.block(f"while {condition}:"):
            self.line(f"{name} += 1")
            if condition == "True":
                with self.block(f"if {name} > {times}:"):
                    self.line("break")
            self.loop_body(nesting, times, [("int", name)])

    def item_loop(self, nesting, times):
        one, two = self.fresh("x"), self.fresh("y")
        head, kind, kind2 = self.random.choice([h for h in HEADS if not h[0].startswith(MARK) or self.chance(self.risk)])
        if self.times * 40 > LOOP_LIMIT * 2:
            head, kind, kind2 = "{0} in [<int>, <int>, 3]", "int", None
        with self.block(f"for {head.removeprefix(MARK).format(one, two)}:"):
            self.loop_body(nesting, max(min(times, 12), 8), [(kind, one)] + ([(kind2, two)] if kind2 else []))

    def loop_control(self, nesting):
        if not self.loops:
            return self.if_statement(nesting)
        with self.block("if <bool>:"):
            self.statements(nesting + 1, 0, 2)
            self.line(self.pick("break", "continue", "continue"))

    def generator_call(self):
        """Text of a call of a generator function, and how many items it gives, about; None: there is no such that may run here."""
        room = (COST_LIMIT - self.cost) // 3
        generators = [f for f in self.program.generators if self.times * (f.cost + 4 * f.items) < room]
        if not generators or self.is_small:
            return None, 0
        function = self.random.choice(generators)
        self.cost += self.times * function.cost
        return function.call(self, 1), function.items

    def generator_loop(self, nesting):
        (call, items), name = self.generator_call(), self.fresh("g")
        if not call:
            return self.if_statement(nesting)
        held = self.fresh("h")
        source = self.choose(PIPELINES).format(call, held)
        if held in source:
            self.line(f"{held} = {call}")
        with self.block(f"for {name} in {source}:"):
            self.loop_body(nesting, max(2 * items, 1), [("int", name)])
            if held in source:
                self.line(self.choose(HELD), held)

    def consume_generator(self, nesting):
        call = self.generator_call()[0] or self.pick("(q * 2 for q in <list0>)", "(q for q in range(<int> % 9) if q != 5)")
        value = self.choose(CONSUMERS)
        self.line(f"<I> = {value}" if self.target("int") and value.startswith("(") else f"note({value})", call)

    def yield_value(self, nesting):
        call, items = self.generator_call() if self.chance(15) else (None, 5)
        self.yields += self.times * items
        if call or self.chance(10):
            self.line(self.pick("yield from {0}", "yield from {0}", "note((yield from {0}))"), call or self.pick("<list0>[:4]", "range(<n:4>)", "(q for q in <list0>)"))
        else:
            self.line("<I> = (yield <int>) or <int0>" if self.target("int") and self.chance(30) else "yield <int>")

    def try_statement(self, nesting):
        with self.block("try:"):
            self.statements(nesting + 1, 1, 4)
            if self.chance(30):
                with self.block("if <bool>:"):
                    self.line(f"raise {self.pick('ValueError', 'KeyError', 'Oops')}(<small>)")
        catches = self.chance(80)
        if catches:
            names = self.pick("Exception", "Exception", "(TypeError, ValueError)", "ArithmeticError", "LookupError", "Oops", "UnboundLocalError", "AttributeError")
            with self.block(f"except {names} as e:"):
                self.line(self.pick("note(e)", "note(type(e).__name__)", "pass", "note(e.args)"))
                self.statements(nesting + 1, 0, 3)
            if self.chance(30):
                with self.block("else:"):
                    self.statements(nesting + 1, 1, 3)
        if not catches or self.chance(30):
            with self.block("finally:"):
                loops, self.loops = self.loops, 0
                self.statements(nesting + 1, 1, 3)
                self.loops = loops

    def with_statement(self, nesting):
        with self.block(f"with Manager(<small>, {self.pick('True', 'False')}) as {self.target('int') or '_'}:"):
            self.statements(nesting + 1, 1, 4)

    def raise_or_return(self, nesting):
        with self.block(f"if <small> == {self.pick(1, 77)} and <bool>:"):
            error = self.pick("ValueError", "KeyError", "ZeroDivisionError", "Oops")
            self.line(self.pick("return <int>", "return <int>", f"raise {error}(<int0>)"))

    def closure(self, nesting):
        name, inner = self.target("int"), self.fresh("h")
        if not name or self.is_small:
            return self.assign(nesting)
        with self.block(f"def {inner}(x, y=<int0>):"):
            if self.chance(50):
                self.line(f"nonlocal {name}")
                self.line(f"{name} += {self.pick('1', 'x % 5', 'y % 3')}")
            self.line(f"return {self.pick('x + y', f'x - {name}', f'{name}', 'y if x else x')}")
        for _ in range(self.random.randrange(1, 4)):
            self.line(f"{name} = {inner}(<int0>{self.pick('', ', y=2', ', 3')}) % 1009")

    # --- what is seen ---

    def observe(self, nesting):
        self.line(f"note(<{self.pick('int', 'float', 'str', 'bool', 'list', 'tuple')}>)")

    def count_references(self, nesting):
        self.line("note(sys.getrefcount(<token>))")

    def call_statement(self, nesting):
        if not self.is_method:
            name = self.target(self.pick("int", "any"))
            self.line(self.pick("<call>", f"{name} = <call>" if name else "note(<call>)"))


SIMPLE = [Body.assign] * 6 + [Body.augment] * 6 + [Body.container_change] * 4 + [Body.object_change] * 3 + [Body.keep_anything] * 2 + [
    Body.consume_generator, Body.observe, Body.swap, Body.unpack, Body.call_statement, Body.walrus, Body.drop_reference]
DISTURBING = [Body.chaos, Body.chaos, Body.delete_variable, Body.global_change, Body.class_change, Body.raise_or_return, Body.count_references]
NESTED = [Body.if_statement] * 4 + [Body.loop] * 5 + [Body.try_statement] * 2 + [Body.loop_control] * 2 + [Body.with_statement, Body.closure, Body.generator_loop, Body.generator_loop, Body.match_statement]
