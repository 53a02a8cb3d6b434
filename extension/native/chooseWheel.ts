/** A file of a Python package index, as much as we need of it. */
export interface IndexFile {
  readonly name: string;
  readonly url: string;
  /** Hexadecimal; null where the index gives none. */
  readonly sha256: string | null;
  /** Bytes; null where the index does not say. */
  readonly size: number | null;
  readonly isYanked: boolean;
}

export interface WheelMachine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** "2.36"; null where the C library is not glibc. */
  readonly glibc: string | null;
  /** "14.5", of macOS; null elsewhere. */
  readonly macos: string | null;
}

export interface Wheel extends IndexFile {
  readonly version: string;
}

/** The first TensorFlow whose wheels hold the two libraries, and the line of versions that the addon's C functions are of. */
const [oldest, line] = ["2.12", "2."];

/** Whether TensorFlow of this version can work under the addon: a release from 2.12 on, before 3. */
export function isUsableVersion(version: string): boolean {
  return (
    /^\d+(\.\d+)+([.+-].*)?$/.test(version) &&
    version.startsWith(line) &&
    compareVersions(version, oldest) >= 0
  );
}

/** Negative where `a` is older; numbers between dots count, what follows them does not. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => (/^[\d.]+/.exec(version)?.[0] ?? "").split(".").map(Number));
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] || 0) - (y[i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The newest release that runs on this machine, whatever Python it is for: the C libraries in it are the same. Null where there is none.
 * Names of wheels: PEP 427 and, for the platform, PEP 600 (`manylinux_2_27_x86_64` needs glibc 2.27).
 */
export function chooseWheel(files: readonly IndexFile[], machine: WheelMachine): Wheel | null {
  const usable = files.flatMap((file): Wheel[] => {
    const parts = /^[^-]+-(\d+(?:\.\d+)*)-(?:\d[^-]*-)?[^-]+-[^-]+-([^-]+)\.whl$/.exec(file.name);
    if (!parts || file.isYanked) return [];
    const [, version, platforms] = parts;
    const fits =
      isUsableVersion(version) && platforms.split(/\.(?=[a-z])/).some((tag) => runsOn(tag, machine));
    return fits ? [{ ...file, version }] : [];
  });
  // Of one version the last Python's; a stable choice, so that a repeated call fetches the same file.
  usable.sort((a, b) => compareVersions(b.version, a.version) || (a.name < b.name ? 1 : -1));
  return usable[0] ?? null;
}

function runsOn(tag: string, { platform, arch, glibc, macos }: WheelMachine): boolean {
  const linux = /^manylinux_(\d+)_(\d+)_(.+)$/.exec(tag.replace(/^manylinux2014_/, "manylinux_2_17_"));
  if (linux) {
    const [, major, minor, processor] = linux;
    const needed = arch === "x64" ? "x86_64" : arch === "arm64" ? "aarch64" : arch;
    return (
      platform === "linux" &&
      processor === needed &&
      glibc !== null &&
      compareVersions(glibc, `${major}.${minor}`) >= 0
    );
  }
  const mac = /^macosx_(\d+)_(\d+)_(.+)$/.exec(tag);
  if (!mac) return false;
  const [, major, minor, processor] = mac;
  const fitsProcessor = processor === "universal2" || processor === (arch === "x64" ? "x86_64" : arch);
  return (
    platform === "darwin" &&
    fitsProcessor &&
    macos !== null &&
    compareVersions(macos, `${major}.${minor}`) >= 0
  );
}
