// Operations of our own for TensorFlow's processor device, by its C interface: the transformer's parts and their gradients, each in few passes
// over memory, where XLA makes many small loops. A step that is recorded holds them by their names, like any other operation. Sizes are checked
// here, because whoever writes a graph may be wrong about them, and what follows trusts them.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <new>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"
#include "threads.h"

namespace rlhf {

// What is done with a row of a product when all its columns are there.
struct Finish {
  const float *bias = nullptr;  // added
  float *gelu = nullptr;        // and where the rows' GELU goes
};

// A weight of `size` numbers, its decay, gradient and moments, and where the new ones go.
struct AdamWeight {
  long size;
  float decay;
  const float *w, *g, *m, *v;
  float *outW, *outM, *outV;
};

// 1 − β comes besides: as a difference of float32 it would be too coarse.
struct AdamSettings {
  float beta1 = 0, beta2 = 0, rest1 = 0, rest2 = 0, epsilon = 0;
};

struct Array {
  long size;
  const float *at;
};

// A piece of an array.
struct Chunk {
  long array, first, last;
};

// What each kind of processor has of kernels.h.
struct Kernels {
  const char *name;
  void (*product)(long, long, long, const float *, bool, const float *, bool, float *, const Finish &);
  void (*columnSums)(long, long, const float *, float *);
  void (*sumIntoRows)(long, long, long, const float *, const int *, float *);
  void (*geluBackward)(long, long, const float *, const float *, float *, float *);
  void (*layerNorm)(long, long, const float *, const float *, const float *, float *, float *);
  void (*layerNormBackward)(long, long, const float *, const float *, const float *, const float *, float *, float *, float *);
  void (*tokenLogprobs)(long, long, float, const float *, const int *, float *, float *);
  void (*tokenLogprobsBackward)(long, long, float, const float *, const float *, const int *, const float *, float *);
  void (*attention)(long, long, long, long, const float *, float *, float *);
  void (*attentionBackward)(long, long, long, long, const float *, const float *, const float *, const float *, float *);
  void (*adam)(const std::vector<AdamWeight> &, const float *, const AdamSettings &);
  float (*sumOfSquares)(const std::vector<Array> &);
  void (*add)(long, const float *, const float *, float *);
};

#define RLHF_ISA plain
#define RLHF_BYTES 16
#include "kernels.h"
#undef RLHF_ISA
#undef RLHF_BYTES

#if defined(__x86_64__)
#if defined(__clang__)
#define RLHF_FOR(features) _Pragma(RLHF_TEXT(clang attribute push(__attribute__((target(features))), apply_to = function)))
#define RLHF_TEXT(...) #__VA_ARGS__
#define RLHF_END _Pragma("clang attribute pop")
#else
#define RLHF_FOR(features) _Pragma("GCC push_options") _Pragma(RLHF_TEXT(GCC target(features)))
#define RLHF_TEXT(...) #__VA_ARGS__
#define RLHF_END _Pragma("GCC pop_options")
#endif
RLHF_FOR("avx2,fma")
#define RLHF_ISA avx2
#define RLHF_BYTES 32
#include "kernels.h"
#undef RLHF_ISA
#undef RLHF_BYTES
RLHF_END
RLHF_FOR("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
#define RLHF_ISA avx512
#define RLHF_BYTES 64
#include "kernels.h"
#undef RLHF_ISA
#undef RLHF_BYTES
RLHF_END
#endif

// The widest that this processor has; RLHF_KERNELS names a narrower one.
static const Kernels &kernels() {
  static const Kernels &best = []() -> const Kernels & {
#if defined(__x86_64__)
    const char *said = std::getenv("RLHF_KERNELS");
    const std::string named = said ? said : "";
    __builtin_cpu_init();
    const bool has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    const bool has2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has512 && named != "avx2" && named != "plain") return avx512::table;
    if (has2 && named != "plain") return avx2::table;
#endif
    return plain::table;
  }();
  return best;
}

const char *kernelsName() { return kernels().name; }

// ---- Between TensorFlow and the kernels ----

// The numbers an operation was made with.
struct Settings {
  bool alone = false, turnedA = false, turnedB = false, gelu = false;
  std::int64_t batch = 0, heads = 0, arrays = 0, count = 0;
  float temperature = 1;
  AdamSettings adam;
};

// One run of an operation: its tensors, and the first thing that is wrong with them.
class Call {
 public:
  explicit Call(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    for (TF_Tensor *tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }
  Call(const Call &) = delete;

  struct Input {
    const void *data = nullptr;
    std::vector<long> shape;
    long size = 1;
    const float *floats() const { return static_cast<const float *>(data); }
    const int *ints() const { return static_cast<const int *>(data); }
    long dim(int i) const { return i < static_cast<int>(shape.size()) ? shape[i] : -1; }
  };

  Input input(int i) {
    Input found;
    TF_Tensor *tensor = nullptr;
    if (!good()) return found;
    TF_GetInput(context_, i, &tensor, status_);
    if (!good()) return found;
    tensors_.push_back(tensor);
    found.data = TF_TensorData(tensor);
    for (int d = 0; d < TF_NumDims(tensor); d++) {
      found.shape.push_back(TF_Dim(tensor, d));
      found.size *= TF_Dim(tensor, d);
    }
    return found;
  }

  float *output(int i, const std::vector<std::int64_t> &shape) {
    if (!good()) return nullptr;
    std::int64_t size = 1;
    for (std::int64_t d : shape) size *= d;
    TF_Tensor *tensor = TF_AllocateOutput(context_, i, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                          size * sizeof(float), status_);
    if (!good()) return nullptr;
    tensors_.push_back(tensor);
    return static_cast<float *>(TF_TensorData(tensor));
  }
  float *outputLike(int i, const Input &input) { return output(i, {input.shape.begin(), input.shape.end()}); }

  void fail(TF_Code code, const char *what) {
    if (good()) TF_SetStatus(status_, code, what);
  }
  void expect(bool holds, const char *what) {
    if (!holds) fail(TF_INVALID_ARGUMENT, what);
  }
  bool good() const { return TF_GetCode(status_) == TF_OK; }

 private:
  TF_OpKernelContext *context_;
  TF_Status *status_;
  std::vector<TF_Tensor *> tensors_;
};

// a [M, K] or, turned, [K, M]; b [K, N] or, turned, [N, K] -> [M, N].
static void product(const Settings &settings, Call &call) {
  const auto a = call.input(0), b = call.input(1);
  call.expect(a.shape.size() == 2 && b.shape.size() == 2, "RlhfProduct takes matrices");
  if (!call.good()) return;
  const long M = a.dim(settings.turnedA ? 1 : 0), K = a.dim(settings.turnedA ? 0 : 1), N = b.dim(settings.turnedB ? 0 : 1);
  call.expect(b.dim(settings.turnedB ? 1 : 0) == K, "RlhfProduct takes matrices that fit each other");
  if (float *out = call.output(0, {M, N}))
    kernels().product(M, N, K, a.floats(), settings.turnedA, b.floats(), settings.turnedB, out, {});
}

// x [N, Cin], w [Cin, Cout] or, turned, [Cout, Cin], b [Cout] -> x·w + b, and with `gelu` the GELU of it besides.
static void linear(const Settings &settings, Call &call) {
  const auto x = call.input(0), w = call.input(1), b = call.input(2);
  const long N = x.dim(0), to = w.dim(settings.turnedB ? 0 : 1);
  call.expect(x.shape.size() == 2 && w.shape.size() == 2 && w.dim(settings.turnedB ? 1 : 0) == x.dim(1) && b.size == to,
              "RlhfLinear takes x [N, Cin], w [Cin, Cout] or turned, b [Cout]");
  float *sum = call.output(0, {N, to});
  float *gelu = settings.gelu ? call.output(1, {N, to}) : call.output(1, {0});
  if (call.good())
    kernels().product(N, to, x.dim(1), x.floats(), false, w.floats(), settings.turnedB, sum, {b.floats(), settings.gelu ? gelu : nullptr});
}

// x [N, C] -> [C].
static void columnSums(const Settings &, Call &call) {
  const auto x = call.input(0);
  call.expect(x.shape.size() == 2, "RlhfColumnSums takes a matrix");
  if (float *out = call.good() ? call.output(0, {x.dim(1)}) : nullptr) kernels().columnSums(x.dim(0), x.dim(1), x.floats(), out);
}

// d [N, C], rows int32 [N] -> [count, C], each row of d added to that of its number.
static void sumIntoRows(const Settings &settings, Call &call) {
  const auto d = call.input(0), rows = call.input(1);
  call.expect(d.shape.size() == 2 && rows.size == d.dim(0) && settings.count >= 0, "RlhfSumIntoRows takes d [N, C], rows [N]");
  if (float *out = call.good() ? call.output(0, {settings.count, d.dim(1)}) : nullptr)
    kernels().sumIntoRows(d.dim(0), d.dim(1), settings.count, d.floats(), rows.ints(), out);
}

// dy, u [N, C] -> dy·gelu′(u) and its sums over rows, [C].
static void geluBackward(const Settings &, Call &call) {
  const auto dy = call.input(0), u = call.input(1);
  call.expect(u.shape.size() == 2 && dy.size == u.size, "RlhfGeluBackward takes dy and u of one shape [N, C]");
  if (!call.good()) return;
  float *d = call.output(0, {u.dim(0), u.dim(1)}), *sums = call.output(1, {u.dim(1)});
  if (call.good()) kernels().geluBackward(u.dim(0), u.dim(1), dy.floats(), u.floats(), d, sums);
}

// x [N, C], gain, bias [C] -> [N, C], and rows' means and inverse deviations, [N, 2].
static void layerNorm(const Settings &, Call &call) {
  const auto x = call.input(0), gain = call.input(1), bias = call.input(2);
  call.expect(x.shape.size() == 2 && gain.size == x.dim(1) && bias.size == x.dim(1), "RlhfLayerNorm takes x [N, C], gain and bias [C]");
  if (!call.good()) return;
  float *out = call.output(0, {x.dim(0), x.dim(1)}), *statistics = call.output(1, {x.dim(0), 2});
  if (call.good()) kernels().layerNorm(x.dim(0), x.dim(1), x.floats(), gain.floats(), bias.floats(), out, statistics);
}

static void layerNormBackward(const Settings &, Call &call) {
  const auto dy = call.input(0), x = call.input(1), gain = call.input(2), statistics = call.input(3);
  call.expect(x.shape.size() == 2 && dy.size == x.size && gain.size == x.dim(1) && statistics.size == 2 * x.dim(0),
              "RlhfLayerNormBackward takes dy, x [N, C], gain [C], statistics [N, 2]");
  if (!call.good()) return;
  const long N = x.dim(0), C = x.dim(1);
  float *dx = call.output(0, {N, C}), *dGain = call.output(1, {C}), *dBias = call.output(2, {C});
  if (call.good()) kernels().layerNormBackward(N, C, dy.floats(), x.floats(), gain.floats(), statistics.floats(), dx, dGain, dBias);
}

// logits [M, V], targets int32 [M] -> log-probs [M], and of each row its largest logit and the logarithm of its sum, [M, 2].
static void tokenLogprobs(const Settings &settings, Call &call) {
  const auto logits = call.input(0), targets = call.input(1);
  call.expect(logits.shape.size() == 2 && targets.size == logits.dim(0), "RlhfTokenLogprobs takes logits [M, V], targets [M]");
  if (!call.good()) return;
  float *out = call.output(0, {logits.dim(0)}), *sums = call.output(1, {logits.dim(0), 2});
  if (call.good())
    kernels().tokenLogprobs(logits.dim(0), logits.dim(1), settings.temperature, logits.floats(), targets.ints(), out, sums);
}

static void tokenLogprobsBackward(const Settings &settings, Call &call) {
  const auto dy = call.input(0), logits = call.input(1), targets = call.input(2), sums = call.input(3);
  call.expect(logits.shape.size() == 2 && dy.size == logits.dim(0) && targets.size == dy.size && sums.size == 2 * dy.size,
              "RlhfTokenLogprobsBackward takes dy [M], logits [M, V], targets [M], sums [M, 2]");
  if (!call.good()) return;
  float *dx = call.output(0, {logits.dim(0), logits.dim(1)});
  if (call.good())
    kernels().tokenLogprobsBackward(logits.dim(0), logits.dim(1), settings.temperature, dy.floats(), logits.floats(), targets.ints(),
                                    sums.floats(), dx);
}

// qkv [B·T, 3C] -> [B·T, C], and of each row of scores the largest and the logarithm of its sum, [B·H, T, 2].
static void attention(const Settings &settings, Call &call) {
  const auto qkv = call.input(0);
  const long B = settings.batch, H = settings.heads;
  call.expect(qkv.shape.size() == 2 && B > 0 && H > 0 && qkv.dim(0) % B == 0 && qkv.dim(1) % (3 * H) == 0,
              "RlhfAttention takes qkv [batch*T, 3*heads*D]");
  if (!call.good()) return;
  const long T = qkv.dim(0) / B, D = qkv.dim(1) / 3 / H;
  float *out = call.output(0, {B * T, H * D}), *sums = call.output(1, {B * H, T, 2});
  if (call.good()) kernels().attention(B, T, H, D, qkv.floats(), out, sums);
}

static void attentionBackward(const Settings &settings, Call &call) {
  const auto dy = call.input(0), qkv = call.input(1), out = call.input(2), sums = call.input(3);
  const long B = settings.batch, H = settings.heads;
  call.expect(qkv.shape.size() == 2 && B > 0 && H > 0 && qkv.dim(0) % B == 0 && qkv.dim(1) % (3 * H) == 0 &&
                  3 * out.size == qkv.size && dy.size == out.size && sums.size == 2 * H * qkv.dim(0),
              "RlhfAttentionBackward takes dy, qkv [batch*T, 3*heads*D], out, sums [batch*heads, T, 2]");
  if (!call.good()) return;
  float *dqkv = call.output(0, {qkv.dim(0), qkv.dim(1)});
  if (call.good())
    kernels().attentionBackward(B, qkv.dim(0) / B, H, qkv.dim(1) / 3 / H, dy.floats(), qkv.floats(), out.floats(), sums.floats(), dqkv);
}

// N weights; their m and their v, one after the other; their gradients; step [4]; their decays [N] -> the new weights, m, v.
static void adam(const Settings &settings, Call &call) {
  const int N = static_cast<int>(settings.arrays);
  const auto m = call.input(N), v = call.input(N + 1), step = call.input(2 * N + 2), decays = call.input(2 * N + 3);
  call.expect(step.size == 4 && decays.size == N && m.size == v.size, "RlhfAdam takes m and v of one size, step [4], decays [N]");
  float *outM = call.outputLike(N, m), *outV = call.outputLike(N + 1, v);
  std::vector<AdamWeight> weights;
  long first = 0;
  for (int i = 0; i < N && call.good(); i++) {
    const auto w = call.input(i), g = call.input(N + 2 + i);
    call.expect(g.size == w.size && first + w.size <= m.size, "RlhfAdam takes gradients of the weights' shapes, and moments of as many numbers");
    float *out = call.outputLike(i, w);
    if (call.good())
      weights.push_back({w.size, decays.floats()[i], w.floats(), g.floats(), m.floats() + first, v.floats() + first, out, outM + first,
                         outV + first});
    first += w.size;
  }
  call.expect(first == m.size, "RlhfAdam takes moments of as many numbers as the weights have");
  if (call.good()) kernels().adam(weights, step.floats(), settings.adam);
}

// Σ x² of all -> [].
static void sumOfSquares(const Settings &settings, Call &call) {
  std::vector<Array> arrays;
  for (int i = 0; i < settings.arrays; i++) {
    const auto x = call.input(i);
    arrays.push_back({x.size, x.floats()});
  }
  float *out = call.output(0, {});
  if (call.good()) *out = kernels().sumOfSquares(arrays);
}

// a, b of one shape -> a + b.
static void add(const Settings &, Call &call) {
  const auto a = call.input(0), b = call.input(1);
  call.expect(a.shape == b.shape, "RlhfAdd takes two of one shape");
  float *out = call.outputLike(0, a);
  if (call.good()) kernels().add(a.size, a.floats(), b.floats(), out);
}

struct Operation {
  const char *name;
  std::initializer_list<const char *> inputs, outputs, attributes;
  void (*compute)(const Settings &, Call &);
};

static const Operation kOperations[] = {
    {"RlhfProduct", {"a: float", "b: float"}, {"out: float"}, {"turned_a: bool", "turned_b: bool"}, product},
    {"RlhfLinear", {"x: float", "w: float", "b: float"}, {"sum: float", "activated: float"}, {"turned_b: bool", "gelu: bool"}, linear},
    {"RlhfColumnSums", {"x: float"}, {"out: float"}, {}, columnSums},
    {"RlhfSumIntoRows", {"d: float", "rows: int32"}, {"out: float"}, {"count: int"}, sumIntoRows},
    {"RlhfGeluBackward", {"dy: float", "u: float"}, {"d: float", "sums: float"}, {}, geluBackward},
    {"RlhfLayerNorm", {"x: float", "gain: float", "bias: float"}, {"out: float", "statistics: float"}, {}, layerNorm},
    {"RlhfLayerNormBackward",
     {"dy: float", "x: float", "gain: float", "statistics: float"},
     {"dx: float", "d_gain: float", "d_bias: float"},
     {},
     layerNormBackward},
    {"RlhfTokenLogprobs", {"logits: float", "targets: int32"}, {"out: float", "sums: float"}, {"temperature: float"}, tokenLogprobs},
    {"RlhfTokenLogprobsBackward",
     {"dy: float", "logits: float", "targets: int32", "sums: float"},
     {"dx: float"},
     {"temperature: float"},
     tokenLogprobsBackward},
    {"RlhfAttention", {"qkv: float"}, {"out: float", "sums: float"}, {"batch: int", "heads: int"}, attention},
    {"RlhfAttentionBackward",
     {"dy: float", "qkv: float", "out: float", "sums: float"},
     {"dqkv: float"},
     {"batch: int", "heads: int"},
     attentionBackward},
    {"RlhfAdam",
     {"w: N * float", "m: float", "v: float", "g: N * float", "step: float", "decays: float"},
     {"new_w: N * float", "new_m: float", "new_v: float"},
     {"N: int", "beta1: float", "beta2: float", "rest1: float", "rest2: float", "epsilon: float"},
     adam},
    {"RlhfSumOfSquares", {"x: N * float"}, {"out: float"}, {"N: int"}, sumOfSquares},
    {"RlhfAdd", {"a: float", "b: float"}, {"out: float"}, {}, add},
};

template <int number>
static void *create(TF_OpKernelConstruction *construction) {
  auto *settings = new Settings;
  TF_Status *status = TF_NewStatus();
  const auto real = [&](const char *name, float *value) { TF_OpKernelConstruction_GetAttrFloat(construction, name, value, status); };
  const auto whole = [&](const char *name, std::int64_t *value) { TF_OpKernelConstruction_GetAttrInt64(construction, name, value, status); };
  const auto flag = [&](const char *name, bool *value) {
    unsigned char said = 0;
    TF_OpKernelConstruction_GetAttrBool(construction, name, &said, status);
    *value = said != 0;
  };
  flag("alone", &settings->alone);
  for (const char *spec : kOperations[number].attributes) {
    const std::string name(spec, std::strchr(spec, ':'));
    if (name == "turned_a") flag("turned_a", &settings->turnedA);
    if (name == "turned_b") flag("turned_b", &settings->turnedB);
    if (name == "gelu") flag("gelu", &settings->gelu);
    if (name == "batch") whole("batch", &settings->batch);
    if (name == "heads") whole("heads", &settings->heads);
    if (name == "count") whole("count", &settings->count);
    if (name == "N") whole("N", &settings->arrays);
    if (name == "temperature") real("temperature", &settings->temperature);
    if (name == "beta1") real("beta1", &settings->adam.beta1);
    if (name == "beta2") real("beta2", &settings->adam.beta2);
    if (name == "rest1") real("rest1", &settings->adam.rest1);
    if (name == "rest2") real("rest2", &settings->adam.rest2);
    if (name == "epsilon") real("epsilon", &settings->adam.epsilon);
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return settings;
}

template <int number>
static void compute(void *settings, TF_OpKernelContext *context) {
  Call call(context);
  const Settings &given = *static_cast<Settings *>(settings);
  const OwnWork own(given.alone);
  const SmallIsZero small;
  try {
    kOperations[number].compute(given, call);
  } catch (const std::bad_alloc &) {
    call.fail(TF_RESOURCE_EXHAUSTED, "OOM when allocating memory to compute in");
  } catch (const std::exception &error) {
    call.fail(TF_INTERNAL, error.what());
  }
}

static void forget(void *settings) { delete static_cast<Settings *>(settings); }

template <int number>
static void registerFrom(TF_Status *status) {
  constexpr int count = sizeof(kOperations) / sizeof(kOperations[0]);
  if constexpr (number < count) {
    const Operation &operation = kOperations[number];
    TF_OpDefinitionBuilder *definition = TF_NewOpDefinitionBuilder(operation.name);
    for (const char *spec : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, spec);
    for (const char *spec : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, spec);
    TF_OpDefinitionBuilderAddAttr(definition, "alone: bool = false");
    for (const char *spec : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, spec);
    TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, [](TF_ShapeInferenceContext *context, TF_Status *said) {
      TF_ShapeInferenceContextSetUnknownShape(context, said);
    });
    TF_RegisterOpDefinition(definition, status);
    if (TF_GetCode(status) != TF_OK) return;
    TF_RegisterKernelBuilder(operation.name, TF_NewKernelBuilder(operation.name, "CPU", create<number>, compute<number>, forget), status);
    if (TF_GetCode(status) == TF_OK) registerFrom<number + 1>(status);
  }
}

// Once in a process, before a context is made. Returns what TensorFlow says against it, or nothing.
std::string registerOperations() {
  TF_Status *status = TF_NewStatus();
  registerFrom<0>(status);
  const std::string said = TF_GetCode(status) == TF_OK ? "" : TF_Message(status);
  TF_DeleteStatus(status);
  return said;
}

}  // namespace rlhf
