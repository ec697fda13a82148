# A million objects take arenas from the system, and their death gives arenas back: the allocator's own counters show it.
# modes: off auto ; with everything compiled at once the million takes minutes
import re
import subprocess
import sys

PROGRAM = """
import sys
class Item:
    def __init__(self, number):
        self.number = number
def show():
    sys.stderr.write("=====\\n")
    sys.stderr.flush()
    sys._debugmallocstats()
show()
items = [Item(str(i)) for i in range(1000000)]
show()
items.clear()
show()
"""
OPTIONS = sys.orig_argv[1:sys.orig_argv.index("arenas.py")]
done = subprocess.run([sys.executable, *OPTIONS, "-c", PROGRAM], stderr=subprocess.PIPE, text=True)
print(done.returncode)


def counter(report, name):
    return int(re.search(rf"^# {name} *= *([\d,]+)$", report, re.M)[1].replace(",", ""))


before, full, empty = done.stderr.split("=====\n")[1:]
names = ["arenas allocated total", "arenas reclaimed", "arenas highwater mark", "arenas allocated current"]
for name in names:
    a, b, c = (counter(report, name) for report in (before, full, empty))
    print(name, "rose" if b > a else "stayed", "then", "rose" if c > b else "stayed" if c == b else "fell")
for report in (before, full, empty):
    total, reclaimed, highest, current = (counter(report, name) for name in names)
    print(total - reclaimed == current, current <= highest <= total)
size = int(re.search(r"arenas \* (\d+) bytes/arena", full)[1])
print("the items' arenas", counter(full, names[3]) * size > 64 << 20)
print("most of them went back", counter(empty, names[1]) - counter(full, names[1]) > 0.9 * counter(full, names[3]))
