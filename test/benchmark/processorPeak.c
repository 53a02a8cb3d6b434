// How fast a processor with AVX-512 can multiply and add 32-bit floats at all: what a training step could take at least.
//   gcc -O2 -march=native -pthread test/benchmark/processorPeak.c -o /tmp/peak && /tmp/peak
// Sixteen sums in registers, which hides an instruction's latency; no memory is touched. Prints GFLOP/s on one thread and on two.
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define REPEAT 100000000L
#define FMA(i) "vfmadd231ps %%zmm30, %%zmm31, %%zmm" #i "\n"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *work(void *unused) {
  for (long n = 0; n < REPEAT; n++)
    __asm__ volatile(FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7) FMA(8) FMA(9) FMA(10) FMA(11) FMA(12)
                         FMA(13) FMA(14) FMA(15)::
                             : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10",
                               "zmm11", "zmm12", "zmm13", "zmm14", "zmm15");
  return unused;
}

int main(void) {
  for (int threads = 1; threads <= 2; threads++) {
    pthread_t others[2];
    double start = now();
    for (int i = 0; i < threads; i++) pthread_create(&others[i], 0, work, 0);
    for (int i = 0; i < threads; i++) pthread_join(others[i], 0);
    double operations = 16.0 * 16 * 2 * REPEAT * threads;
    printf("%d thread%s: %.0f GFLOP/s\n", threads, threads > 1 ? "s" : "", operations / (now() - start) / 1e9);
  }
}
