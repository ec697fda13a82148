# Big integers: all operators, text both ways, GMP's temporaries.
x = 1
for i in range(200):
    x = x * 10 + i
    y = x // 7 - x % 13 + (x >> 5) ^ (x << 3)
    z = divmod(x, 12345678901234567890123), -x, ~x, x & y, x | y
s = str(x), hex(x), x**3, pow(x, 5, 10**40 + 7), int("9" * 50), x / (x + 1)
t = x.to_bytes(120, "big"), int.from_bytes(b"\xff" * 40, "little", signed=True), f"{x:,}", x.bit_length()


class Number(int):
    pass


n = [Number(x + i) + 1 for i in range(20)]
