# modes: auto ; the programs run in mode sync, for this script itself compiling all at once would take minutes
"""interrupt.py's native loops, compiled the moment they are hot."""
import interrupt

interrupt.main(["--jit=sync", "-X", "jit-threshold=100"] if interrupt.HAS_JIT else [], interrupt.NATIVE)
