# Text and binary streams.
import io

for r in range(10):
    f = io.TextIOWrapper(io.BufferedRandom(io.FileIO("/dev/zero", "r+")) if r % 2 else io.BytesIO(b"one\ntwo\r\nthree" * 20))
    s = f.read(50)
    f.close()
    g = io.StringIO()
    for i in range(40):
        print(i, "line", file=g)
    g.seek(0)
    t = g.readlines(), g.getvalue()
    b = io.BufferedReader(io.BytesIO(b"abc\n" * 30))
    u = b.readline(), b.peek(), b.read()
