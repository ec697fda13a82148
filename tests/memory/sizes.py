# What objects take: ASCII strings exactly what CPython's take, other things no more.
import sys

for length in (0, 1, 2, 7, 8, 15, 16, 31, 100, 1000):
    text = "a" * length
    print(length, sys.getsizeof(text), sys.getsizeof(text + text), sys.getsizeof(str(length) + text))

CPYTHON = {"é": 74, "éa": 75, "é" * 16: 89, "€": 76, "€" * 10: 94, "\U0001f40d": 80, "\U0001f40d" * 5: 96}
for text, size in CPYTHON.items():
    print(ascii(text), sys.getsizeof(text) <= size, len(text.encode()))
text = "é€" * 10
before = sys.getsizeof(text)
try:
    open(text)
except FileNotFoundError:
    pass
print(sys.getsizeof(text) >= before, text == "é€" * 10, text.encode() == ("é€" * 10).encode())


class Text(str):
    __slots__ = ()


print(Text("é") == "é", Text("abc").encode(), hash(Text("é")) == hash("é"), {Text("é"): 1}["é"])
grown = "é"
for i in range(300):
    grown += "x" if i % 7 else "ß"
    if i % 50 == 0:
        grown.encode()
        setattr(Text, grown, i)
        print(len(grown), getattr(Text, grown), ascii(grown[-5:]))
