/** What is drawn when it is in view, has news, and its frame has time for it. */
export interface Drawable {
  readonly root: HTMLElement;
  readonly draw: () => void;
}

/**
 * Milliseconds of drawing in one frame; the rest waits for the next, so that keys and pointer are heard between. Twice as many are felt as a
 * delay (the RAIL model's 100 ms), and each frame costs time of its own.
 */
const frameMilliseconds = 50;

/** Draws in frames, those in view alone. `onSeen` and `onGone` say what comes into view. */
export class Frames {
  private readonly seen = new Set<Element>();
  private readonly waiting = new Set<Element>();
  private readonly drawables = new Map<Element, Drawable>();
  private isAsked = false;
  private readonly observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) this.seen.add(target);
        else this.seen.delete(target);
      this.ask();
    },
    { rootMargin: "80px" },
  );

  add(drawable: Drawable): void {
    this.drawables.set(drawable.root, drawable);
    this.waiting.add(drawable.root);
    this.observer.observe(drawable.root);
  }

  remove({ root }: Pick<Drawable, "root">): void {
    for (const set of [this.seen, this.waiting, this.drawables]) set.delete(root);
    this.observer.unobserve(root);
  }

  /** All have news. */
  invalidate(): void {
    for (const root of this.drawables.keys()) this.waiting.add(root);
    this.ask();
  }

  private ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.drawSome();
    });
  }

  private drawSome(): void {
    const end = performance.now() + frameMilliseconds;
    for (const root of this.waiting) {
      if (!this.seen.has(root)) continue;
      if (performance.now() > end) return this.ask();
      this.waiting.delete(root);
      this.drawables.get(root)?.draw();
    }
  }
}
