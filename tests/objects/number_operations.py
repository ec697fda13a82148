# Every operator and method of ints, floats and complex numbers over values at the edges of their representations:
# immediates, big integers, floats that do not fit a word, subnormals, zeros of both signs.
# gcstress: 0
VALUES = [0, 1, -1, 7, -10, 255, 2**31, 2**53 + 1, 2**61 - 1, 2**61, -2**61, -2**61 - 1, 2**63, 2**64 - 1, -3**80, True,
          0.0, -0.0, 1.5, -0.1, 1e16, 1e22, 1e100, -1e200, 5e-324, 1e-100, float("inf"), float("-inf"), 2.5, 1j, 1 + 2j]
UNARY = ["-a", "abs(a)", "~a", "bool(a)", "hash(a)", "str(a)", "int(a)", "float(a)", "complex(a)", "round(a)",
         "round(a, 2)", "round(a, -2)", "a.as_integer_ratio()", "a.is_integer()", "a.hex()", "a.bit_length()",
         "a.bit_count()", "a.conjugate()", "hex(a)", "bin(a)", "f'{a:,}'", "f'{a:.3e}'", "f'{a:x}'"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "==", "<", "<="]


def show(text, a, b=None):
    try:
        return repr(eval(text))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def is_too_large(operator, a, b):
    if operator == "<<":
        return isinstance(b, int) and b > 1000
    return operator == "**" and isinstance(a, int) and isinstance(b, int) and (abs(b) > 1000 or abs(a) > 1e5)


for a in VALUES:
    for text in UNARY:
        print(text, repr(a), show(text, a))
    for b in VALUES:
        print(repr(a), repr(b), show("divmod(a, b)", a, b))
        for operator in BINARY:
            if not is_too_large(operator, a, b):
                print(repr(a), operator, repr(b), show(f"a {operator} b", a, b))
