# Numbers from text and to bytes, with what is malformed; format specifications, their error messages included.
def show(function):
    try:
        return repr(function())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for text in ["0", "-12", " +12\n", "1_000", "1__0", "_1", "1_", "0x10", "0b101", "010", "0_0", "0x", "", "zz", "9" * 30,
             "\u0663\u0664", "\u3000 7 ", "5\0", "1" * 100]:
    for base in (None, 0, 2, 16, 36, 1, 37):
        print(ascii(text), base, ascii(show(lambda: int(text) if base is None else int(text, base))))

for text in ["1", "-1.5e10", ".5", "5.", ".", "1e", "1_0.5", "1_.5", "inf", "-Infinity", "nan", " 2.5\n", "1e400",
             "1e-400", "2.47e-324", "1.7976931348623159e308", "(1+2j)", "1-j", "1 +2j", "0x1.8p1", "0x1p-1075",
             "0x0.ffffffffffffecp-1022", "0x1p1024", "0x1.2.3"]:
    print(ascii(text), show(lambda: float(text)), show(lambda: complex(text)), show(lambda: float.fromhex(text)))

for number in (0, -1, 127, 128, -129, 2**63, -2**100):
    for length in (0, 1, 8, 16):
        for signed in (False, True):
            print(number, length, signed, show(lambda: number.to_bytes(length, "little", signed=signed)))

SPECS = ["", "d", "x", "#X", "#o", "08b", "_b", ",", "_", ",d", "015,.2f", "+", " ", "-", "*^12", "=+10", "<8", ">8", "^8",
         ".0f", ".3f", "#.0f", "z.1f", "e", ".2E", "g", "#.3g", "%", ".1%", "n", "c", "s", "10.3", ".", "5.d", ",,", "aa",
         "zd", ",x", "05s", "\u00e9>6"]
for value in (0, 255, -1234567, 10**20, True, -0.0, 1234.5678, 1e20, 1e-7, float("nan"), 1 + 2j, "abc", "h\u00e9llo"):
    for spec in SPECS:
        print(repr(value), repr(spec), ascii(show(lambda: format(value, spec))))
    for template in ("%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%#o", "%.3e", "%g", "%s", "%.2s", "%c", "%10.3f", "%#.3x"):
        print(repr(value), repr(template), ascii(show(lambda: template % (value,))))
