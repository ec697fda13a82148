"""A regular-expression tokenizer and a small evaluator on its tokens."""
import re

TOKEN = re.compile(r"(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<op>[-+*/()=;])|(?P<space>\s+)|(?P<bad>.)")


def tokens(text):
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind != "space":
            yield kind, match.group()


def source(n):
    return "\n".join("value_%d = (a%d + %d) * 3.5 - b_%d / (x%d + 1);" % (i, i % 10, i, i % 7, i % 3) for i in range(n))


def run(n=12_000):
    counts = {}
    total = 0.0
    names = set()
    for kind, text in tokens(source(n)):
        counts[kind] = counts.get(kind, 0) + 1
        if kind == "number":
            total += float(text)
        elif kind == "name":
            names.add(text)
    return sorted(counts.items()), total, len(names)


if __name__ == "__main__":
    print(run())
