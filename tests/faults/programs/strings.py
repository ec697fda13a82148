# str and bytes: growth, search, formats, codecs, errors.
s = ""
for i in range(50):
    s += chr(65 + i % 26) * 3
    t = s.upper().replace("A", "xyz").split("B")
    u = "-".join(t)
    v = f"{u!r:>300}" + "%s %d" % (u, 5) + "{0:*^20}|{a}".format(s[:5], a=i)
    w = s.encode("utf-16").decode("utf-16").title().center(200).partition("D")
wide = "é€😀" * 30
b = bytearray(wide.encode())
for i in range(20):
    b += b"abc" * i
c = bytes(b).split(b"a"), b.hex(), wide.translate({0xE9: "e"}), wide.casefold().encode("ascii", "xmlcharrefreplace")
try:
    wide.encode("latin-1")
except UnicodeEncodeError as error:
    d = str(error)
