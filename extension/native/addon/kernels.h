// The transformer's numbers, written once and compiled for each kind of processor: whoever includes this sets RLHF_ISA, the namespace, and
// RLHF_BYTES, the width of its vectors. All matrices are row by row, all numbers float32. Letters as in engine/transformerOps.ts: N rows,
// C width, H heads, T positions, V vocabulary.
namespace RLHF_ISA {

typedef float Vector __attribute__((vector_size(RLHF_BYTES), aligned(4), may_alias));
typedef int Integers __attribute__((vector_size(RLHF_BYTES), aligned(4), may_alias));
constexpr int kLanes = RLHF_BYTES / 4;
// A tile of a product: kTileRows rows times two vectors, all in registers (32 of them with AVX-512, 16 before).
constexpr int kTileRows = RLHF_BYTES == 64 ? 12 : 6;
constexpr int kPanel = 2 * kLanes;

inline Vector load(const float *at) { return *reinterpret_cast<const Vector *>(at); }
inline void store(float *at, Vector x) { *reinterpret_cast<Vector *>(at) = x; }
// Past the caches: for numbers that nobody reads soon, and more of them than the caches hold. `at` is a multiple of the vector's width.
inline void storePast(float *at, Vector x) {
#if defined(__x86_64__) && defined(__clang__)
  typedef float Aligned __attribute__((vector_size(RLHF_BYTES), may_alias));
  __builtin_nontemporal_store(static_cast<Aligned>(x), reinterpret_cast<Aligned *>(at));
#elif defined(__x86_64__) && RLHF_BYTES == 64
  __builtin_ia32_movntps512(at, x);
#elif defined(__x86_64__) && RLHF_BYTES == 32
  __builtin_ia32_movntps256(at, x);
#elif defined(__x86_64__)
  __builtin_ia32_movntps(at, x);
#else
  store(at, x);
#endif
}
// What was stored past the caches is there for other threads, too.
inline void storedPast() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}
inline Vector all(float x) { return x - Vector{}; }
// Lane l is lane from[l] of a and b, whose lanes are counted on.
inline Vector chosen(Vector a, Vector b, Integers from) {
#if defined(__clang__)
  Vector x;
  for (int l = 0; l < kLanes; l++) x[l] = from[l] < kLanes ? a[from[l]] : b[from[l] - kLanes];
  return x;
#else
  return __builtin_shuffle(a, b, from);
#endif
}
// Every lane with the one `distance` from it.
template <int distance>
inline Vector partners(Vector x) {
  Integers lanes;
  for (int l = 0; l < kLanes; l++) lanes[l] = l ^ distance;
  return chosen(x, x, lanes);
}
inline float sum(Vector x) {
  if (kLanes > 8) x += partners<8>(x);
  if (kLanes > 4) x += partners<4>(x);
  x += partners<2>(x);
  x += partners<1>(x);
  return x[0];
}
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }
inline float most(Vector x) {
  if (kLanes > 8) x = larger(x, partners<8>(x));
  if (kLanes > 4) x = larger(x, partners<4>(x));
  x = larger(x, partners<2>(x));
  x = larger(x, partners<1>(x));
  return x[0];
}
// The first `count` lanes of x, `rest` in the others.
inline Vector firstOf(Vector x, long count, float rest) {
  Integers lanes;
  for (int l = 0; l < kLanes; l++) lanes[l] = l;
  return lanes < static_cast<int>(count) ? x : all(rest);
}

// e^x to about one unit in the last place: 2^n·e^r with |r| ≤ ½ln 2, e^r by Taylor's series.
inline Vector exponential(Vector x) {
  const Vector low = all(-87.3f), high = all(88.37f);
  x = x < low ? low : x;
  x = x > high ? high : x;
  const Vector magic = all(12582912.f);
  const Vector shifted = x * 1.44269504f + magic;
  const Vector n = shifted - magic;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector p = all(1.f / 5040);
  p = p * r + 1.f / 720;
  p = p * r + 1.f / 120;
  p = p * r + 1.f / 24;
  p = p * r + 1.f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.f;
  p = p * r + 1.f;
  const Integers power = (reinterpret_cast<const Integers &>(shifted) - 0x4b400000 + 127) << 23;
  return p * reinterpret_cast<const Vector &>(power);
}

// tanh(√(2/π)(u + 0.044715u³)), of GPT-2's GELU.
inline Vector geluTanh(Vector u) {
  const Vector inner = 0.797884561f * (u + 0.044715f * u * u * u);
  return 1.f - 2.f / (exponential(2.f * inner) + 1.f);
}

// f(offset, lanes) over [0, n), a vector at a time; the last may have fewer lanes.
template <class F>
inline void overLanes(long n, const F &f) {
  long i = 0;
  for (; i + kLanes <= n; i += kLanes) f(i, kLanes);
  if (i < n) f(i, static_cast<int>(n - i));
}
inline Vector loadSome(const float *at, int lanes, float rest = 0) {
  if (lanes == kLanes) return load(at);
  Vector x = all(rest);
  for (int i = 0; i < lanes; i++) x[i] = at[i];
  return x;
}
inline void storeSome(float *at, Vector x, int lanes) {
  if (lanes == kLanes) return store(at, x);
  for (int i = 0; i < lanes; i++) at[i] = x[i];
}

// ---- Products ----

// out[i, 0…kPanel) = Σ_k a[i, k]·b[k], for `rows` rows. `b` are kPanel numbers for each k, `step` apart. a[i, k] stands at
// a + i·stride + k, or, by columns, at a + i + k·stride.
template <int rows, bool byRows>
inline void tile(long depth, const float *a, long stride, const float *b, long step, float *out, long width, bool add) {
  Vector sums[rows][2];
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][1] = Vector{};
    // They are on their way while the sums are made.
    __builtin_prefetch(out + i * width, 1);
    __builtin_prefetch(out + i * width + kLanes, 1);
  }
  if (byRows) {
    // Four pointers, each for up to three rows: as many as fit into the processor's registers.
    const float *at[4];
#pragma GCC unroll 4
    for (int g = 0; g < 4; g++) at[g] = a + (3 * g < rows ? 3 * g : 0) * stride;
    for (long k = 0; k < depth; k++) {
      const Vector b0 = load(b), b1 = load(b + kLanes);
      b += step;
#pragma GCC unroll 16
      for (int i = 0; i < rows; i++) {
        const float x = at[i / 3][(i % 3) * stride];
        sums[i][0] += x * b0;
        sums[i][1] += x * b1;
      }
#pragma GCC unroll 4
      for (int g = 0; g < 4; g++) at[g]++;
    }
  } else {
    for (long k = 0; k < depth; k++) {
      const Vector b0 = load(b), b1 = load(b + kLanes);
      b += step;
#pragma GCC unroll 16
      for (int i = 0; i < rows; i++) {
        sums[i][0] += a[i] * b0;
        sums[i][1] += a[i] * b1;
      }
      a += stride;
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 2; j++) {
      float *to = out + i * width + j * kLanes;
      store(to, add ? load(to) + sums[i][j] : sums[i][j]);
    }
}

template <bool byRows>
inline void anyTile(int rows, long depth, const float *a, long stride, const float *b, long step, float *out, long width, bool add) {
  switch (rows) {
#define RLHF_TILE(n)                                                          \
  case n:                                                                     \
    if (n <= kTileRows) tile<(n <= kTileRows ? n : 1), byRows>(depth, a, stride, b, step, out, width, add); \
    break;
    RLHF_TILE(1) RLHF_TILE(2) RLHF_TILE(3) RLHF_TILE(4) RLHF_TILE(5) RLHF_TILE(6)
    RLHF_TILE(7) RLHF_TILE(8) RLHF_TILE(9) RLHF_TILE(10) RLHF_TILE(11) RLHF_TILE(12)
#undef RLHF_TILE
  }
}

// Rows [0, rows) of a times a panel of which `columns` count. By columns, a is packed in tiles of kTileRows.
template <bool byRows>
void strip(long rows, long depth, const float *a, long stride, const float *panel, float *out, long width,
           long columns, bool add = false, long step = kPanel) {
  float edge[kTileRows * kPanel];
  for (long i = 0; i < rows; i += kTileRows) {
    const int here = static_cast<int>(rows - i < kTileRows ? rows - i : kTileRows);
    const float *from = a + (byRows ? i * stride : i * depth);
    float *to = out + i * width;
    if (columns >= kPanel) {
      anyTile<byRows>(here, depth, from, stride, panel, step, to, width, add);
      continue;
    }
    anyTile<byRows>(here, depth, from, stride, panel, step, edge, kPanel, false);
    for (int r = 0; r < here; r++)
      for (long j = 0; j < columns; j++)
        to[r * width + j] = (add ? to[r * width + j] : 0) + edge[r * kPanel + j];
  }
}

// A panel of b [depth, …] whose rows are `row` apart: its columns [0, columns), zeros beyond.
inline void packPanel(const float *b, long row, long depth, long columns, float *panel) {
  for (long k = 0; k < depth; k++, b += row, panel += kPanel) {
    if (columns >= kPanel) {
      store(panel, load(b));
      store(panel + kLanes, load(b + kLanes));
    } else {
      for (long j = 0; j < columns; j++) panel[j] = b[j];
      for (long j = columns; j < kPanel; j++) panel[j] = 0;
    }
  }
}

// A square of kLanes × kLanes, turned: rows of `from` are `row` apart, those of `to` kPanel.
inline void turn(const float *from, long row, float *to) {
  Vector x[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++) x[i] = load(from + i * row);
  // Row i and row i + distance change their quarters, pair by pair, at all distances: log₂ kLanes rounds.
#pragma GCC unroll 4
  for (int distance = kLanes / 2; distance > 0; distance /= 2) {
    Integers low, high;
    for (int l = 0; l < kLanes; l++) {
      low[l] = l & distance ? kLanes + (l ^ distance) : l;
      high[l] = l & distance ? kLanes + l : (l ^ distance);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) {
      if (i & distance) continue;
      const Vector a = x[i], b = x[i + distance];
      x[i] = chosen(a, b, low);
      x[i + distance] = chosen(a, b, high);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++) store(to + i * kPanel, x[i]);
}

// The same of bᵀ: b [columns, depth].
inline void packTurned(const float *b, long row, long depth, long columns, float *panel) {
  long done = 0;
  if (columns >= kPanel)
    for (; done + kLanes <= depth; done += kLanes)
      for (int half = 0; half < kPanel; half += kLanes) turn(b + half * row + done, row, panel + done * kPanel + half);
  for (long k = done; k < depth; k++)
    for (long j = 0; j < kPanel; j++) panel[k * kPanel + j] = j < columns ? b[j * row + k] : 0;
}

// Of a [depth, …] whose rows are `row` apart, columns [0, columns) in tiles of kTileRows, each with its rows one after the other.
inline void packTiles(const float *a, long row, long depth, long columns, float *packed) {
  const long whole = columns / kTileRows * kTileRows;
  for (long k = 0; k < depth; k++, a += row) {
    for (long i = 0; i < whole; i += kTileRows) std::memcpy(packed + i * depth + k * kTileRows, a + i, kTileRows * sizeof(float));
    for (long i = whole; i < columns; i++) packed[whole * depth + k * kTileRows + i - whole] = a[i];
  }
}

inline void finishRow(const Finish &with, float *row, float *gelu, long n) {
  overLanes(n, [&](long i, int lanes) {
    const Vector u = loadSome(row + i, lanes) + loadSome(with.bias + i, lanes);
    storeSome(row + i, u, lanes);
    if (gelu) storeSome(gelu + i, 0.5f * u * (1.f + geluTanh(u)), lanes);
  });
}

// f(k, depth) for pieces of a sum [0, K): of a longer one a panel does not fit into the caches.
template <class F>
void overDepth(long K, const F &f) {
  constexpr long most = 2048;
  for (long k = 0; k < K; k += most) f(k, K - k < most ? K - k : most);
}

// Panel p of rows [k, k + depth) of B [K, N] or, turned, [N, K].
inline void packB(const float *b, bool turned, long N, long K, long k, long depth, long p, float *panel) {
  if (turned)
    packTurned(b + p * kPanel * K + k, K, depth, N - p * kPanel, panel);
  else
    packPanel(b + k * N + p * kPanel, N, depth, N - p * kPanel, panel);
}

// Aᵀ·B for few rows of long sums, A [K, M]: pieces of work are panels, which a thread packs for itself, by all rows, which are packed for all.
void productByPanels(long M, long N, long K, const float *a, const float *b, bool turnedB, float *out) {
  constexpr long four = 4 * kTileRows;
  overDepth(K, [&](long k, long depth) {
    float *rows = scratch<0>((M + kTileRows) * depth);
    Threads::all().each((M + four - 1) / four, [&](long i) {
      packTiles(a + k * M + i * four, M, depth, M - i * four < four ? M - i * four : four, rows + i * four * depth);
    });
    Threads::all().each((N + kPanel - 1) / kPanel, [&](long p) {
      float *panel = scratch<1>(kPanel * depth);
      packB(b, turnedB, N, K, k, depth, p, panel);
      strip<false>(M, depth, rows, kTileRows, panel, out + p * kPanel, N, N - p * kPanel, k > 0);
    });
  });
}

// A·B otherwise: pieces of work are blocks of rows, which a thread packs for itself where A is turned, by all panels, which are packed for all,
// unless rows of B lie so close together that they do as they are.
void productByBlocks(long M, long N, long K, const float *a, bool turnedA, const float *b, bool turnedB, float *out, const Finish &with) {
  const long panels = (N + kPanel - 1) / kPanel, tiles = (M + kTileRows - 1) / kTileRows, threads = Threads::all().count();
  const bool fits = K * N <= 1 << 18, asTheyAre = !turnedA && !turnedB && N % kPanel == 0 && N <= 512 && fits;
  // Many rows where the panels do not fit into a core's cache, so that each is fetched less often; as many blocks for each thread.
  const long most = fits ? 2 : 8, blocks = ((tiles + most - 1) / most + threads - 1) / threads * threads;
  const long step = turnedA ? (tiles + blocks - 1) / blocks * kTileRows : (M + blocks - 1) / blocks;
  overDepth(K, [&](long k, long depth) {
    const long size = kPanel * depth;
    float *packed = asTheyAre ? nullptr : scratch<0>(panels * size);
    if (packed)
      Threads::all().each(panels, [&](long p) { packB(b, turnedB, N, K, k, depth, p, packed + p * size); });
    Threads::all().each(blocks, [&](long block) {
      const long first = block * step, rows = M - first < step ? M - first : step;
      if (rows <= 0) return;
      float *turned = turnedA ? scratch<1>(step * depth) : nullptr;
      if (turned) packTiles(a + k * M + first, M, depth, rows, turned);
      for (long p = 0; p < panels; p++) {
        const float *panel = packed ? packed + p * size : b + k * N + p * kPanel;
        const long rowOfB = packed ? kPanel : N, columns = N - p * kPanel;
        float *to = out + first * N + p * kPanel;
        if (turned)
          strip<false>(rows, depth, turned, kTileRows, panel, to, N, columns, k > 0, rowOfB);
        else
          strip<true>(rows, depth, a + first * K + k, K, panel, to, N, columns, k > 0, rowOfB);
      }
      if (with.bias && k + depth == K)
        for (long i = first; i < first + rows; i++) finishRow(with, out + i * N, with.gelu ? with.gelu + i * N : nullptr, N);
    });
  });
}

// out [M, N] = A·B: A [M, K] or, turned, [K, M]; B [K, N] or, turned, [N, K]. Each number is a sum in the order of k, whoever computes it.
void product(long M, long N, long K, const float *a, bool turnedA, const float *b, bool turnedB, float *out,
             const Finish &with) {
  if (M == 0 || N == 0) return;
  if (K == 0) {
    std::memset(out, 0, M * N * sizeof(float));
    for (long i = 0; with.bias && i < M; i++) finishRow(with, out + i * N, with.gelu ? with.gelu + i * N : nullptr, N);
    return;
  }
  if (turnedA && !with.bias && M <= N && M * K <= 1 << 19)
    productByPanels(M, N, K, a, b, turnedB, out);
  else
    productByBlocks(M, N, K, a, turnedA, b, turnedB, out, with);
}

// ---- Rows ----

// Rows that one piece of work has; sums over rows are made piece by piece, then over pieces in order.
constexpr long kPiece = 32;

// out [C] = Σ_n x[n]: `row` adds row n to its piece's sums, of which there are `many` rows of C.
template <class Row>
void sumsOverRows(long N, long C, int many, float *const *outs, const Row &row) {
  const long pieces = (N + kPiece - 1) / kPiece;
  float *partial = scratch<2>(pieces * many * C);
  Threads::all().each(pieces, [&](long p) {
    float *mine = partial + p * many * C;
    std::memset(mine, 0, many * C * sizeof(float));
    for (long n = p * kPiece; n < N && n < (p + 1) * kPiece; n++) row(n, mine);
  });
  for (int m = 0; m < many; m++)
    overLanes(C, [&](long i, int lanes) {
      Vector total{};
      for (long p = 0; p < pieces; p++) total += loadSome(partial + (p * many + m) * C + i, lanes);
      storeSome(outs[m] + i, total, lanes);
    });
}

void columnSums(long N, long C, const float *x, float *out) {
  float *const outs[] = {out};
  sumsOverRows(N, C, 1, outs, [&](long n, float *sums) {
    overLanes(C, [&](long i, int lanes) {
      storeSome(sums + i, loadSome(sums + i, lanes) + loadSome(x + n * C + i, lanes), lanes);
    });
  });
}

// out [count, C]: row r is the sum of those rows n of d [N, C] whose rows[n] is r, in their order; numbers of no row are passed over. A piece of work
// are some columns.
void sumIntoRows(long N, long C, long count, const float *d, const int *rows, float *out) {
  constexpr long width = 4 * kLanes;
  Threads::all().each((C + width - 1) / width, [&](long p) {
    const long first = p * width, here = C - first < width ? C - first : width;
    for (long r = 0; r < count; r++) std::memset(out + r * C + first, 0, here * sizeof(float));
    for (long n = 0; n < N; n++) {
      if (rows[n] < 0 || rows[n] >= count) continue;
      float *to = out + rows[n] * C + first;
      const float *from = d + n * C + first;
      overLanes(here, [&](long i, int lanes) { storeSome(to + i, loadSome(to + i, lanes) + loadSome(from + i, lanes), lanes); });
    }
  });
}

// d = dy·gelu′(u), and its sum over rows.
void geluBackward(long N, long C, const float *dy, const float *u, float *d, float *sums) {
  float *const outs[] = {sums};
  sumsOverRows(N, C, 1, outs, [&](long n, float *mine) {
    overLanes(C, [&](long i, int lanes) {
      const Vector x = loadSome(u + n * C + i, lanes);
      const Vector t = geluTanh(x);
      const Vector inner = 0.797884561f * (1.f + 3 * 0.044715f * x * x);
      const Vector slope = 0.5f * (1.f + t) + 0.5f * x * (1.f - t * t) * inner;
      const Vector g = loadSome(dy + n * C + i, lanes) * slope;
      storeSome(d + n * C + i, g, lanes);
      storeSome(mine + i, loadSome(mine + i, lanes) + g, lanes);
    });
  });
}

// (x − mean)/√(variance + 1e-5)·gain + bias; each row's mean and 1/√… are kept.
void layerNorm(long N, long C, const float *x, const float *gain, const float *bias, float *out, float *statistics) {
  Threads::all().each((N + kPiece - 1) / kPiece, [&](long p) {
    for (long n = p * kPiece; n < N && n < (p + 1) * kPiece; n++) {
      const float *row = x + n * C;
      Vector total{};
      overLanes(C, [&](long i, int lanes) { total += loadSome(row + i, lanes); });
      const float mean = sum(total) / C;
      Vector squares{};
      overLanes(C, [&](long i, int lanes) {
        const Vector d = loadSome(row + i, lanes, mean) - mean;
        squares += d * d;
      });
      const float inverse = 1.f / std::sqrt(sum(squares) / C + 1e-5f);
      overLanes(C, [&](long i, int lanes) {
        const Vector normed = (loadSome(row + i, lanes) - mean) * inverse;
        storeSome(out + n * C + i, normed * loadSome(gain + i, lanes) + loadSome(bias + i, lanes), lanes);
      });
      statistics[2 * n] = mean;
      statistics[2 * n + 1] = inverse;
    }
  });
}

void layerNormBackward(long N, long C, const float *dy, const float *x, const float *gain, const float *statistics,
                       float *dx, float *dGain, float *dBias) {
  float *const outs[] = {dGain, dBias};
  sumsOverRows(N, C, 2, outs, [&](long n, float *sums) {
    const float mean = statistics[2 * n], inverse = statistics[2 * n + 1];
    Vector plain{}, along{};
    overLanes(C, [&](long i, int lanes) {
      const Vector g = loadSome(dy + n * C + i, lanes), normed = (loadSome(x + n * C + i, lanes, mean) - mean) * inverse;
      const Vector d = g * loadSome(gain + i, lanes);
      plain += d;
      along += d * normed;
      storeSome(sums + i, loadSome(sums + i, lanes) + g * normed, lanes);
      storeSome(sums + C + i, loadSome(sums + C + i, lanes) + g, lanes);
    });
    const float meanD = sum(plain) / C, meanAlong = sum(along) / C;
    overLanes(C, [&](long i, int lanes) {
      const Vector normed = (loadSome(x + n * C + i, lanes) - mean) * inverse;
      const Vector d = loadSome(dy + n * C + i, lanes) * loadSome(gain + i, lanes);
      storeSome(dx + n * C + i, (d - meanD - normed * meanAlong) * inverse, lanes);
    });
  });
}

inline float largest(const float *x, long n) {
  Vector result = all(-INFINITY);
  overLanes(n, [&](long i, int lanes) { result = larger(result, loadSome(x + i, lanes, -INFINITY)); });
  return most(result);
}

// log softmax(logits/temperature)[n, targets[n]]. Of each row the largest logit and log Σ e^((x − largest)/temperature) are kept, apart from each
// other: their sum may be too large to hold the second.
void tokenLogprobs(long N, long V, float temperature, const float *logits, const int *targets, float *out, float *sums) {
  const float factor = 1.f / temperature;
  Threads::all().each((N + 3) / 4, [&](long p) {
    for (long n = 4 * p; n < N && n < 4 * p + 4; n++) {
      const float *x = logits + n * V, top = largest(x, V);
      Vector total{};
      overLanes(V, [&](long i, int lanes) {
        total += firstOf(exponential((loadSome(x + i, lanes) - top) * factor), lanes, 0);
      });
      sums[2 * n] = top;
      sums[2 * n + 1] = std::log(sum(total));
      const int target = targets[n];
      out[n] = target >= 0 && target < V ? (x[target] - top) * factor - sums[2 * n + 1] : NAN;
    }
  });
}

void tokenLogprobsBackward(long N, long V, float temperature, const float *dy, const float *logits, const int *targets,
                           const float *sums, float *dx) {
  const float factor = 1.f / temperature;
  Threads::all().each((N + 3) / 4, [&](long p) {
    for (long n = 4 * p; n < N && n < 4 * p + 4; n++) {
      const float each = dy[n] * factor, top = sums[2 * n], logSum = sums[2 * n + 1];
      overLanes(V, [&](long i, int lanes) {
        const Vector p = exponential((loadSome(logits + n * V + i, lanes) - top) * factor - logSum);
        storeSome(dx + n * V + i, -each * p, lanes);
      });
      if (targets[n] >= 0 && targets[n] < V) dx[n * V + targets[n]] += each;
    }
  });
}

// ---- Attention ----

// softmax(QKᵀ/√D, causal)·V for every head of qkv [B·T, 3C]. Each row's largest score, and the logarithm of its sum as above, are kept: [B·H, T, 2].
void attention(long B, long T, long H, long D, const float *qkv, float *out, float *sums) {
  const long C = H * D, row = 3 * C, keyPanels = (T + kPanel - 1) / kPanel, valuePanels = (D + kPanel - 1) / kPanel;
  const float scale = 1.f / std::sqrt(static_cast<float>(D));
  Threads::all().each(B * H, [&](long pair) {
    const long b = pair / H, h = pair % H;
    const float *q = qkv + b * T * row + h * D, *k = q + C, *v = q + 2 * C;
    float *keys = scratch<1>(keyPanels * kPanel * D), *values = scratch<2>(valuePanels * kPanel * T);
    float *scores = scratch<3>(kTileRows * keyPanels * kPanel);
    const long width = keyPanels * kPanel;
    for (long p = 0; p < keyPanels; p++)
      packTurned(k + p * kPanel * row, row, D, T - p * kPanel, keys + p * kPanel * D);
    for (long p = 0; p < valuePanels; p++)
      packPanel(v + p * kPanel, row, T, D - p * kPanel, values + p * kPanel * T);
    for (long t = 0; t < T; t += kTileRows) {
      const long rows = T - t < kTileRows ? T - t : kTileRows, seen = t + rows;
      for (long p = 0; p * kPanel < seen; p++)
        strip<true>(rows, D, q + t * row, row, keys + p * kPanel * D, scores + p * kPanel, width, kPanel);
      float inverse[kTileRows];
      for (long r = 0; r < rows; r++) {
        float *s = scores + r * width;
        const long n = t + r + 1;
        Vector highest = all(-INFINITY);
        for (long i = 0; i < n; i += kLanes) highest = larger(highest, firstOf(load(s + i), n - i, -INFINITY));
        const float top = most(highest);
        Vector total{};
        for (long i = 0; i < n; i += kLanes) {
          const Vector e = firstOf(exponential((load(s + i) - top) * scale), n - i, 0);
          total += e;
          store(s + i, e);
        }
        for (long i = (n + kLanes - 1) / kLanes * kLanes; i < seen; i++) s[i] = 0;
        const float norm = sum(total);
        inverse[r] = 1.f / norm;
        float *kept = sums + 2 * (pair * T + t + r);
        kept[0] = top;
        kept[1] = std::log(norm);
      }
      float *to = out + (b * T + t) * C + h * D;
      for (long p = 0; p < valuePanels; p++)
        strip<true>(rows, seen, scores, width, values + p * kPanel * T, to + p * kPanel, C, D - p * kPanel);
      for (long r = 0; r < rows; r++)
        overLanes(D, [&](long i, int lanes) { storeSome(to + r * C + i, loadSome(to + r * C + i, lanes) * inverse[r], lanes); });
    }
  });
}

void attentionBackward(long B, long T, long H, long D, const float *dy, const float *qkv, const float *out,
                       const float *sums, float *dqkv) {
  const long C = H * D, row = 3 * C, keyPanels = (T + kPanel - 1) / kPanel, depthPanels = (D + kPanel - 1) / kPanel;
  const long width = keyPanels * kPanel;
  const float scale = 1.f / std::sqrt(static_cast<float>(D));
  Threads::all().each(B * H, [&](long pair) {
    const long b = pair / H, h = pair % H;
    const float *q = qkv + b * T * row + h * D, *k = q + C, *v = q + 2 * C;
    const float *g = dy + b * T * C + h * D, *o = out + b * T * C + h * D;
    float *dq = dqkv + b * T * row + h * D, *dk = dq + C, *dv = dq + 2 * C;
    float *panels = scratch<1>(2 * keyPanels * kPanel * D), *values = panels + keyPanels * kPanel * D;
    float *deep = scratch<2>(3 * depthPanels * kPanel * T);
    float *keys = deep, *queries = deep + depthPanels * kPanel * T, *outs = queries + depthPanels * kPanel * T;
    float *p = scratch<3>(2 * T * width), *dp = p + T * width;
    for (long i = 0; i < keyPanels; i++) {
      packTurned(k + i * kPanel * row, row, D, T - i * kPanel, panels + i * kPanel * D);
      packTurned(v + i * kPanel * row, row, D, T - i * kPanel, values + i * kPanel * D);
    }
    for (long i = 0; i < depthPanels; i++) {
      packPanel(k + i * kPanel, row, T, D - i * kPanel, keys + i * kPanel * T);
      packPanel(q + i * kPanel, row, T, D - i * kPanel, queries + i * kPanel * T);
      packPanel(g + i * kPanel, C, T, D - i * kPanel, outs + i * kPanel * T);
    }
    for (long t = 0; t < T; t += kTileRows) {
      const long rows = T - t < kTileRows ? T - t : kTileRows, seen = t + rows;
      for (long i = 0; i * kPanel < seen; i++) {
        strip<true>(rows, D, q + t * row, row, panels + i * kPanel * D, p + t * width + i * kPanel, width, kPanel);
        strip<true>(rows, D, g + t * C, C, values + i * kPanel * D, dp + t * width + i * kPanel, width, kPanel);
      }
      for (long r = 0; r < rows; r++) {
        float *weights = p + (t + r) * width, *d = dp + (t + r) * width;
        const long n = t + r + 1;
        Vector dot{};
        overLanes(D, [&](long i, int lanes) { dot += loadSome(g + (t + r) * C + i, lanes) * loadSome(o + (t + r) * C + i, lanes); });
        const float along = sum(dot), *kept = sums + 2 * (pair * T + t + r);
        for (long i = 0; i < n; i += kLanes) {
          const Vector weight = firstOf(exponential((load(weights + i) - kept[0]) * scale - kept[1]), n - i, 0);
          store(weights + i, weight);
          store(d + i, weight * (load(d + i) - along) * scale);
        }
        for (long i = (n + kLanes - 1) / kLanes * kLanes; i < seen; i++) weights[i] = d[i] = 0;
      }
      for (long i = 0; i < depthPanels; i++)
        strip<true>(rows, seen, dp + t * width, width, keys + i * kPanel * T, dq + t * row + i * kPanel, row, D - i * kPanel);
    }
    // A key is seen by the queries from its own on.
    for (long t = 0; t < T; t += kTileRows) {
      const long rows = T - t < kTileRows ? T - t : kTileRows;
      for (long i = 0; i < depthPanels; i++) {
        const long from = i * kPanel * T + t * kPanel;
        strip<false>(rows, T - t, dp + t * width + t, width, queries + from, dk + t * row + i * kPanel, row, D - i * kPanel);
        strip<false>(rows, T - t, p + t * width + t, width, outs + from, dv + t * row + i * kPanel, row, D - i * kPanel);
      }
    }
  });
}

// ---- All weights ----

constexpr long kChunk = 16384;

// The pieces [first, last) of arrays, none longer than kChunk.
template <class Size>
void overChunks(long arrays, const Size &size, std::vector<Chunk> &chunks) {
  for (long a = 0; a < arrays; a++)
    for (long first = 0; first < size(a); first += kChunk)
      chunks.push_back({a, first, size(a) - first < kChunk ? size(a) : first + kChunk});
}

// A copy past the caches, from where and to where `to` stands as that needs it.
inline void copyPast(float *to, const float *from, long n) {
  long i = 0;
  for (; i < n && reinterpret_cast<std::uintptr_t>(to + i) % RLHF_BYTES != 0; i++) to[i] = from[i];
  for (; i + kLanes <= n; i += kLanes) storePast(to + i, load(from + i));
  for (; i < n; i++) to[i] = from[i];
}

// One step of Adam for all weights: TransformerOps.adamUpdate, with its four numbers.
void adam(const std::vector<AdamWeight> &weights, const float *step, const AdamSettings &by) {
  const float rate = step[0], correction1 = step[1], correction2 = step[2], factor = step[3];
  std::vector<Chunk> chunks;
  overChunks(weights.size(), [&](long i) { return weights[i].size; }, chunks);
  Threads::all().each(chunks.size(), [&](long c) {
    const AdamWeight &one = weights[chunks[c].array];
    const float *w = one.w, *g = one.g, *m = one.m, *v = one.v, decay = one.decay;
    // A few at a time: new weights and moments are as many numbers as a model's, and half of the time would go into fetching what they overwrite.
    constexpr long few = 256;
    alignas(RLHF_BYTES) float newW[few], newM[few], newV[few];
    for (long at = chunks[c].first; at < chunks[c].last; at += few) {
      const long n = chunks[c].last - at < few ? chunks[c].last - at : few;
      for (long j = 0; j < n; j++) {
        const long i = at + j;
        const float d = g[i] * factor;
        const float first = m[i] * by.beta1 + d * by.rest1, second = v[i] * by.beta2 + d * d * by.rest2;
        newM[j] = first;
        newV[j] = second;
        newW[j] = w[i] - rate * (first * correction1 / (std::sqrt(second * correction2) + by.epsilon) + w[i] * decay);
      }
      copyPast(one.outW + at, newW, n);
      copyPast(one.outM + at, newM, n);
      copyPast(one.outV + at, newV, n);
    }
    storedPast();
  });
}

// Σ x² of all arrays, chunk by chunk.
float sumOfSquares(const std::vector<Array> &arrays) {
  std::vector<Chunk> chunks;
  overChunks(arrays.size(), [&](long i) { return arrays[i].size; }, chunks);
  std::vector<float> partial(chunks.size());
  Threads::all().each(chunks.size(), [&](long c) {
    Vector total{};
    const float *x = arrays[chunks[c].array].at + chunks[c].first;
    overLanes(chunks[c].last - chunks[c].first, [&](long i, int lanes) {
      const Vector here = loadSome(x + i, lanes);
      total += here * here;
    });
    partial[c] = sum(total);
  });
  double total = 0;
  for (const float part : partial) total += part;
  return static_cast<float>(total);
}

void add(long n, const float *a, const float *b, float *out) {
  Threads::all().each((n + kChunk - 1) / kChunk, [&](long c) {
    const long first = c * kChunk;
    overLanes(n - first < kChunk ? n - first : kChunk, [&](long i, int lanes) {
      storeSome(out + first + i, loadSome(a + first + i, lanes) + loadSome(b + first + i, lanes), lanes);
    });
  });
}

#define RLHF_NAME(isa) RLHF_QUOTED(isa)
#define RLHF_QUOTED(isa) #isa
const Kernels table = {RLHF_NAME(RLHF_ISA), product,       columnSums, sumIntoRows, geluBackward,      layerNorm, layerNormBackward, tokenLogprobs, tokenLogprobsBackward,
                       attention, attentionBackward, adam,      sumOfSquares, add};

}  // namespace RLHF_ISA
