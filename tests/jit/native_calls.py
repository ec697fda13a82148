"""C functions called directly from hot loops: quiet and loud arguments, errors, overridden methods, bound methods."""


def characters(text, n):
    digits = letters = 0
    out = []
    for k in range(n):
        i = 0
        while i < len(text):
            c = text[i]
            if c == "a":
                letters += 1
            elif "0" <= c <= "9":
                digits += ord(c) - 48
            elif c in " \t\r\n":
                out.append(c)
            elif c in "xyz" or c == "bb" or c > "~":
                letters += 100
            if c.isdigit() != ("0" <= c <= "9"):
                letters += 100000
            i += 1
    return digits, letters, len(out)


def indices(text, n):
    out = []
    for i in range(n):
        try:
            out.append(text[-i] + text[i])
        except IndexError as e:
            out.append(str(e))
    return out


def chars(n):
    out = []
    for i in range(n):
        out.append(chr(i * 3 % 300))
        try:
            chr(0x10fff0 + i)
        except ValueError as e:
            out.append(str(e))
    return "".join(out[-40:]), hash(out[0]) == hash(chr(0))


class Text(str):
    def upper(self):
        return "loud"

    def __len__(self):
        return 77

    def __contains__(self, other):
        return True

    def __getitem__(self, i):
        return "?"

    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


def subclasses(n):
    out = []
    for i in range(n):
        s = Text("abc") if i % 10 == 9 else "abd"
        out.append((s.upper(), len(s), "z" in s, s[0], s == "q", s.find("b"), str.upper(s)))
    return sorted(set(out), key=str)


def methods(n):
    total, parts = 0, []
    for i in range(n):
        s = "%d:%s" % (i, "ab c"[i % 4])
        total += s.find(":") + len(s.split(":")) + s.startswith("1") * 100 + s.endswith(("a", "b")) * 1000
        parts.append(s.strip("0123").replace(":", "--").upper().center(9, "*"))
        head, _, tail = s.partition(":")
        total += len(head) * len(tail) + s.count("1") + int(head) % 7
        if i == n // 2:
            s = b"x:y"
            total += s.find(b":")
        try:
            s.index("q")
        except (ValueError, TypeError) as e:
            total += len(str(e))
    return total, "|".join(parts[-5:]), "".join(parts[:3])


def joins(n):
    out = []
    for i in range(n):
        items = ["a", "b", "c"] if i < n - 2 else ["a", 1]
        try:
            out.append("-".join(items))
            out.append("-".join(map(str, range(3))))
            out.append("-".join(tuple(items)))
        except TypeError as e:
            out.append(str(e))
    return out[-4:], len(out)


class Number:
    def __int__(self):
        return 5

    def __float__(self):
        return 2.5

    def __str__(self):
        return "number"

    def __repr__(self):
        return "<n>"

    def __len__(self):
        return 3

    def __bool__(self):
        return False

    def __iter__(self):
        return iter("it")


def conversions(n):
    out = []
    for i in range(n):
        v = Number() if i % 9 == 8 else "12"
        out.append((int(v), float(v), str(v), repr(v), bool(v), len(v), list(v), tuple(v), int(i / 3), str(i), float(i)))
        try:
            int("x%d" % i)
        except ValueError as e:
            out.append(str(e))
    return out[-12:]


def bound(n):
    items, seen = [], set()
    append, add, get = items.append, seen.add, {1: "one"}.get
    for i in range(n):
        append(i)
        add(i % 3)
        if get(i % 3):
            append(get(i % 3))
    for k in range(3):
        append = [].append
        for i in range(n):
            append(k)
    return len(items), items[-1], seen


def lists(n):
    out = []
    for i in range(n):
        a = [i, i + 1]
        a.append(i)
        a.insert(1, "x")
        a.extend((7, 8))
        a.extend([9])
        a.reverse()
        b = a.copy()
        out.append(b.pop() + b.pop(0))
        first = b[1]
        b.pop(1)
        b.append(0)
        out.append(first + b[-1] + len(b) + b.index(0))
        try:
            b.remove(object)
        except ValueError as e:
            out.append(str(e))
        try:
            [].pop()
        except IndexError as e:
            out.append(str(e))
    return out[-6:], len(out)


def builtins(n):
    total = 0
    for i in range(n):
        total += sum([i, 1, 2]) + min(i, 3, 4) + max([1, i]) + abs(-i) + divmod(i, 7)[1] + round(i / 3) + pow(i, 2, 9)
        total += len(hex(i)) + any([0, i]) + all((1, i)) + len(sorted([3, i, 1])) + hash(i) + callable(len)
        total += max(i, 2, key=lambda x: -x) + min("b", "a" * (i % 2 + 1)).count("a")
        try:
            max(i, default=1)
        except TypeError as e:
            total += len(str(e))
        try:
            divmod(i, 0)
        except ZeroDivisionError as e:
            total += len(str(e))
        try:
            len(5)
        except TypeError as e:
            total += len(str(e))
        try:
            "a".upper(1)
        except TypeError as e:
            total += len(str(e))
    return total


def membership(n):
    t, items, out = (1, "a", 2.5, None, (1, 2)), [3, 4, "b"], 0
    for i in range(n):
        out += (i in t) + 2 * (i in items) + 4 * ("a" in t) + 8 * ((1, 2) in t) + 16 * (i % 3 not in (0, 1))
        if i == n // 2:
            items.append(Number())
        if i == n - 3:
            t = (Number(), 9)
    return out


def shadowed(n):
    out = []
    for i in range(n):
        if i == n // 2:
            global len
            len = lambda x: "mine"
        out.append(len("abc"))
    del len
    return out[0], out[-1], len("abc")


def wide(n):
    text, out = "aé€😀z", []
    for i in range(n):
        out.append(text[i % 5])
        if out[-1] == "z" or out[-1] in "€x" or out[-1] < "b":
            out.append(text[i % 4] + text[-1])
    return "".join(out[-20:])


print(characters("a1b2 3x\n~é", 50))
print(characters("a1b2 3€x\n~", 50))
print(indices("0123456789" * 4, 60)[-25:])
print(chars(300))
print(subclasses(200))
print(methods(800))
print(joins(100))
print(conversions(300))
print(bound(300))
print(lists(200))
print(builtins(400))
print(membership(300))
print(shadowed(200))
print(wide(300))
