"""A brainf*** interpreter."""

PROGRAM = """
++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++.
>>++++++++++[>++++++++++[>++++++++++[>++++++++++[>++<-]<-]<-]<-]
"""


def jumps(code):
    table = [0] * len(code)
    stack = []
    for i, c in enumerate(code):
        if c == "[":
            stack.append(i)
        elif c == "]":
            j = stack.pop()
            table[i] = j
            table[j] = i
    return table


def execute(code):
    table = jumps(code)
    tape = [0] * 300
    at = pc = steps = 0
    out = []
    end = len(code)
    while pc < end:
        c = code[pc]
        if c == ">":
            at += 1
        elif c == "<":
            at -= 1
        elif c == "+":
            tape[at] = (tape[at] + 1) & 255
        elif c == "-":
            tape[at] = (tape[at] - 1) & 255
        elif c == ".":
            out.append(chr(tape[at]))
        elif c == "[":
            if tape[at] == 0:
                pc = table[pc]
        elif c == "]":
            if tape[at] != 0:
                pc = table[pc]
        pc += 1
        steps += 1
    return "".join(out), steps


def run(rounds=25):
    code = "".join(c for c in PROGRAM if c in "+-<>[].,")
    total = 0
    for _ in range(rounds):
        out, steps = execute(code)
        total += steps
    return out, total


if __name__ == "__main__":
    print(run())
