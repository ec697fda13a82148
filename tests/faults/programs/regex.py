# The regular expression engine and its compiler.
import re

for i in range(12):
    m = re.match(r"(a+)(?P<n>b|c)*d?", "aaabcd" * 3)
    s = re.sub("b", "x", "abc" * 20), m.groups(), m.groupdict(), re.findall(r"\w(\w)", "some words here")
    t = re.split(r"[,;]\s*", "a, b; c,d"), [k.span() for k in re.finditer("a|b", "abcab")]
re.purge()
re.compile(r"(?:(?:x|y)*z{2,5})+(?=end)\b[^a-f]")
