"""measure.py PROGRAM ITERATIONS: runs inside each interpreter: calls the program's run() again and again and prints, as
JSON on the last line, the time of each call and the peak memory in KiB."""
import json
import sys
import time


def main():
    path, iterations = sys.argv[1], int(sys.argv[2])
    namespace = {"__name__": "program", "__file__": path}
    start = time.perf_counter()
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), namespace)
    run = namespace["run"]
    loaded = time.perf_counter() - start
    times = []
    result = None
    for _ in range(iterations):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    with open("/proc/self/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    print(json.dumps({"result": repr(result), "loaded": loaded, "times": times, "memory": memory}))


if __name__ == "__main__":
    main()
