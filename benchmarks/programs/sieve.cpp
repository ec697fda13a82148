// The same sieve as sieve.py over a std::vector<int>; prints the count and the best time of several runs in seconds.
#include <chrono>
#include <cstdio>
#include <vector>

static long sieve(long limit)
{
    long half = limit / 2;
    std::vector<int> flags(half, 1);
    flags[0] = 0;
    for (long i = 1;; i++) {
        long number = 2 * i + 1, square = number * number;
        if (square >= limit) break;
        if (flags[i])
            for (long j = square / 2; j < half; j += number) flags[j] = 0;
    }
    long count = 1;
    for (long i = 0; i < half; i++) count += flags[i];
    return count;
}

int main()
{
    double best = 1e9;
    long count = 0;
    for (int run = 0; run < 7; run++) {
        auto start = std::chrono::steady_clock::now();
        count = sieve(10000000);
        std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
        if (spent.count() < best) best = spent.count();
    }
    std::printf("%ld %.6f\n", count, best);
}
