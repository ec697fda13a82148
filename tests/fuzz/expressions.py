"""Random expressions from the templates of grammar.py."""
import re

from grammar import CONSTANTS, EDGE_FLOATS, EDGE_INTS, EXPRESSIONS, INT_ARITHMETIC, KEYS, KINDS, METHODS, STRINGS, THINGS

LETTERS = {"I": "int", "F": "float", "S": "str", "L": "list", "Z": "set", "U": "tuple"}
PART = re.compile(r"<(\w+)(?:(:)(\d+)|(!))?>")


class Expressions:
    """Needs of the class that inherits: self.random, self.scope (names by kind), self.program (classes, functions), self.risk."""

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def name(self, kind):
        """A readable variable of the kind, or None."""
        names = self.scope.names.get(kind)
        return self.random.choice(names) if names else None

    def target(self, kind):
        names = self.scope.writable[kind]
        return self.random.choice(names) if names else None

    def choose(self, templates):
        """One of the templates; one marked as risky only now and then."""
        while True:
            template = self.random.choice(templates)
            if not template.startswith("!"):
                return template
            if self.chance(self.risk):
                return template[1:]

    def fill(self, template, depth=1):
        """The template with each <word> replaced; <I!> repeats the name that <I> became."""
        chosen = {}

        def part(match):
            word, _, number, repeats = match.groups()
            if number:
                return str(self.random.randrange(int(number)))
            if not repeats:
                chosen[word] = self.target(LETTERS[word]) if word in LETTERS else self.part(word, depth)
            return chosen[word]

        return PART.sub(part, template)

    def part(self, word, depth):
        if word in KINDS:
            return self.expression(word, depth - 1)
        if word[-1] == "0" and word[:-1] in KINDS:
            return self.any_variable() if word == "any0" else self.expression(word[:-1], 0)
        return getattr(self, "part_" + word)(depth - 1)

    def expression(self, kind, depth=2):
        if depth <= 0:
            name = self.name(kind)
            return name if name and self.chance(80) else self.constant(kind)
        if self.chance(4):
            return self.fill(f"(<{kind}> if <bool> else <{kind}>)", depth)
        if self.chance(15):
            return self.expression(kind, 0)
        return self.fill(self.choose(EXPRESSIONS[kind]), depth)

    def constant(self, kind):
        if kind == "int":
            return str(self.random.choice(EDGE_INTS) if self.chance(20) else self.random.randrange(-20, 100))
        if kind == "float":
            return self.part_real(0)
        if kind == "str":
            return self.random.choice(STRINGS)
        return self.fill(self.choose(CONSTANTS[kind]), 0)

    def any_variable(self):
        return self.name(self.random.choice(KINDS)) or self.random.choice(self.program.tokens)

    # --- the words that are no kinds ---

    def part_small(self, depth):
        return f"({self.expression('int', depth)}) % {self.pick(2, 3, 5, 7, 8, 10, 16, 97, 1000)}"

    def part_real(self, _):
        return self.random.choice(EDGE_FLOATS) if self.chance(20) else repr(self.random.randrange(-400, 400) / 8)

    def part_token(self, _):
        return self.random.choice(self.program.tokens)

    def part_class(self, _):
        return self.random.choice(self.program.classes or ["Thing"])

    def part_cmp(self, _):
        return self.pick("<", "<=", ">", ">=", "==", "!=", "<", ">")

    def part_key(self, depth):
        return self.random.choice(KEYS) if self.chance(60) else self.pick(self.part_small(depth), self.expression("str", 0))

    def part_text(self, _):
        return self.random.choice(STRINGS)

    def part_kept(self, _):
        return self.name("any") or "G_any"

    def part_thing(self, depth):
        return self.fill(self.choose(THINGS), max(depth, 0)) if depth >= 0 else self.any_variable()

    def part_new(self, depth):
        if not self.program.classes:
            return "self"
        return self.fill(self.pick("{}(<small>)", "{}(<int0>, f=<float0>)", "{}()").format(self.part_class(0)), max(depth, 0))

    def part_method(self, depth):
        """Methods of generated classes call no methods: they might call each other for ever."""
        return self.fill(self.choose(INT_ARITHMETIC if self.is_method else METHODS), max(depth, 0))

    def part_call(self, depth):
        """A call of a function that the loops around it can afford."""
        function = self.affordable_function()
        return function.call(self, depth) if function else self.fill(self.choose(INT_ARITHMETIC), max(depth, 0))
