# Ten functions inside of each other, with sixty variables each: more values than an exit can take back are no trace.
def text(number, last):
    lines = [f"    v{i} = a + {i * 7 + number}" for i in range(58)]
    lines.append("    r = a if a < 60 else a * 1000" if last else f"    r = f{number + 1}(a + 1)")
    lines.append("    return r + " + " + ".join(f"v{i}" for i in range(0, 58, 9)))
    return f"def f{number}(a):\n" + "\n".join(lines)


for number in range(10):
    exec(text(number, number == 9))


def total(n):
    s = 0
    for i in range(n):
        s += f0(i)
    return s


print(total(100))
