// Work in pieces on a few threads that wait for it. Threads that have work of their own at the same time, such as two models' steps, leave each
// other the processors; who is still at it when another has ended is helped.
//
// A piece's result never depends on who computes it or on how many threads there are: that is what makes a run the same, bit for bit, on one
// thread and on many.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace rlhf {

// While it stands, numbers too small for a normal float32 count as zero, as on TensorFlow's own threads: on whatever thread a piece is computed,
// it is computed alike.
class SmallIsZero {
 public:
#if defined(__x86_64__)
  SmallIsZero() : before_(__builtin_ia32_stmxcsr()) { __builtin_ia32_ldmxcsr(before_ | 0x8040); }
  ~SmallIsZero() { __builtin_ia32_ldmxcsr(before_); }

 private:
  const unsigned before_;
#elif defined(__aarch64__)
  SmallIsZero() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | 1ul << 24));
  }
  ~SmallIsZero() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

 private:
  unsigned long before_;
#endif
};

// While one stands its thread is one of those that have work of their own at the same time, and for a moment after it, in which its next operation begins.
class OwnWork {
 public:
  explicit OwnWork(bool is) {
    now() = is ? &mine() : nullptr;
    if (is) now()->store(INT64_MAX, std::memory_order_relaxed);
  }
  ~OwnWork() {
    if (here()) now()->store(time() + kMoment, std::memory_order_relaxed);
    now() = nullptr;
  }
  OwnWork(const OwnWork &) = delete;

  // Whether this thread stands in such work.
  static bool here() { return now() != nullptr; }

  // How many other threads do.
  static int others() {
    const std::int64_t moment = time();
    int found = 0;
    for (const auto &until : all())
      if (&until != now() && until.load(std::memory_order_relaxed) > moment) found++;
    return found;
  }

 private:
  using Until = std::atomic<std::int64_t>;
  static constexpr std::int64_t kMoment = 200'000;
  static constexpr int kPlaces = 16;

  // Nanoseconds.
  static std::int64_t time() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  static std::array<Until, kPlaces> &all() {
    static std::array<Until, kPlaces> places{};
    return places;
  }
  // Of more threads than there are places two share one, and do not see each other.
  static Until &mine() {
    static std::atomic<unsigned> given{0};
    static thread_local Until &place = all()[given.fetch_add(1) % kPlaces];
    return place;
  }
  static Until *&now() {
    static thread_local Until *place = nullptr;
    return place;
  }
};

class Threads {
 public:
  // Calls piece(i) for every i in [0, count), on this thread and on those that are free.
  template <class Piece>
  void each(long count, const Piece &piece) {
    if (count <= 1 || helpers_ == 0 || crowded() || busy_.exchange(true, std::memory_order_acquire)) {
      for (long i = 0; i < count; i++) piece(i);
      return;
    }
    call_ = [](const void *it, long i) { (*static_cast<const Piece *>(it))(i); };
    piece_ = &piece;
    shared_ = OwnWork::here();
    for (int t = 0; t <= helpers_; t++) {
      shares_[t].next.store(count * t / (helpers_ + 1), std::memory_order_relaxed);
      shares_[t].end = count * (t + 1) / (helpers_ + 1);
    }
    open_.store(true);
    round_.fetch_add(1);
    if (asleep_.load() > 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      wake_.notify_all();
    }
    take(0);
    open_.store(false);
    // Whoever came in while it was open is let finish; whoever comes later sees that it is closed.
    while (inside_.load() > 0) relax();
    const std::exception_ptr failure = std::move(failure_);
    failure_ = nullptr;
    busy_.store(false, std::memory_order_release);
    if (failure) std::rethrow_exception(failure);
  }

  int count() const { return crowded() ? 1 : helpers_ + 1; }

  static Threads &all() {
    // Never destroyed: helpers may still wait when the process ends.
    static Threads *threads = new Threads(wanted());
    return *threads;
  }

 private:
  explicit Threads(int count) : helpers_(count - 1), shares_(new Share[count]) {
    for (int i = 1; i <= helpers_; i++) try {
        std::thread([this, i] { help(i); }).detach();
      } catch (const std::system_error &) {
        // The system gives no more.
        helpers_ = i - 1;
      }
  }

  // Whether the processors have work of others.
  bool crowded() const { return OwnWork::here() && OwnWork::others() >= helpers_; }

  // Whether they have without a helper's.
  bool full() const { return shared_ && OwnWork::others() > helpers_; }

  // As many as TensorFlow's own operations use.
  static int wanted() {
    const char *said = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int number = said ? std::atoi(said) : 0;
    const int there = static_cast<int>(std::thread::hardware_concurrency());
    return number > 0 ? number : there > 0 ? there : 1;
  }

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  // Each thread has the pieces of its own share first, so that rows which it made in one operation it finds in its cache in the next.
  void take(int self) {
    try {
      for (int t = 0; t <= helpers_; t++) {
        Share &share = shares_[(self + t) % (helpers_ + 1)];
        for (long i; (i = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) {
          call_(piece_, i);
          if (self > 0 && full()) return;
        }
      }
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void help(int self) {
    const SmallIsZero small;
    unsigned seen = 0;
    while (true) {
      for (int spins = 0; round_.load() == seen && spins < kSpins && !full(); spins++) relax();
      if (round_.load() == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        asleep_.fetch_add(1);
        wake_.wait(lock, [&] { return round_.load() != seen; });
        asleep_.fetch_sub(1);
      }
      seen = round_.load();
      inside_.fetch_add(1);
      if (open_.load()) take(self);
      inside_.fetch_sub(1);
    }
  }

  // Work comes in quick succession: so many pauses took 52 µs where they were measured.
  static constexpr int kSpins = 4000;

  int helpers_;
  std::atomic<bool> busy_{false}, open_{false};
  std::atomic<unsigned> round_{0};
  std::atomic<int> inside_{0}, asleep_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  // Whether who called last has its own work beside others: only then is the clock asked.
  std::atomic<bool> shared_{false};
  void (*call_)(const void *, long) = nullptr;
  const void *piece_ = nullptr;
  // What went wrong in a piece, which is for the caller: memory that is not there.
  std::exception_ptr failure_;
  // A part of the pieces, [next, end), on a cache line of its own.
  struct alignas(64) Share {
    std::atomic<long> next{0};
    long end = 0;
  };
  Share *const shares_;
};

// Memory of a thread that lasts from call to call; what was in it is gone. Slots that are in use at the same time have different numbers.
template <int slot>
inline float *scratch(long floats) {
  struct Block {
    float *at = nullptr;
    long size = 0;
    ~Block() { release(); }
    void release() {
      if (at) ::operator delete(at, std::align_val_t(64));
    }
  };
  static thread_local Block block;
  if (block.size < floats) {
    block.release();
    block.at = nullptr;
    block.size = 0;
    block.at = static_cast<float *>(::operator new(floats * sizeof(float), std::align_val_t(64)));
    block.size = floats;
  }
  return block.at;
}

}  // namespace rlhf
