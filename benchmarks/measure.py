"""measure.py PROGRAM SECONDS [LIMIT]: runs inside each interpreter: calls the program's run() again and again until its times have
settled and prints, as JSON on the last line, the wall and processor time of each call and the peak memory in KiB.

Settled: at least SECONDS have passed and ten calls are made, and the median of the last five is within 2 % of that of the five
before. A compiler that works beside the program changes the times as long as it has something to do, so it is waited for, with no
pause in which it could work unmeasured; LIMIT seconds (ten times SECONDS) are the most that is spent."""
import json
import statistics
import sys
import time


def is_settled(times):
    if len(times) < 10:
        return False
    last, before = statistics.median(times[-5:]), statistics.median(times[-10:-5])
    return abs(last / before - 1) < 0.02


def main():
    path, seconds = sys.argv[1], float(sys.argv[2])
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else 10 * seconds
    namespace = {"__name__": "program", "__file__": path}
    start = time.perf_counter()
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), namespace)
    run = namespace["run"]
    loaded = time.perf_counter() - start
    times, cpu = [], []
    result = None
    first = time.perf_counter()
    while True:
        cpu_start, start = time.process_time(), time.perf_counter()
        result = run()
        end = time.perf_counter()
        times.append(end - start)
        cpu.append(time.process_time() - cpu_start)
        if end - first > limit or (end - first >= seconds and is_settled(times)):
            break
    with open("/proc/self/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    print(json.dumps({"result": repr(result), "loaded": loaded, "times": times, "cpu": cpu, "memory": memory}))


if __name__ == "__main__":
    main()
