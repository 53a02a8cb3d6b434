import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findSetup,
  libraryLink,
  libraryNames,
  nativeFolder,
  type NativeSetup,
} from "../../extension/engine/tensorflow/nativeSetup";
import { planNative } from "../../extension/cli/nativePlan";
import { nativeRoutes } from "../../extension/cli/nativeRoutes";
import type { Output } from "../../extension/cli/output";
import { chooseWheel } from "../../extension/native/chooseWheel";
import { buildPrebuilt } from "../../extension/native/buildPrebuilt";
import { copiedSources, findCompiler, findSources } from "../../extension/native/compileAddon";
import { findPythonTensorflow } from "../../extension/native/findPython";
import { listPackage } from "../../extension/native/packageIndex";
import { removeNative, setUpNative, type SetUp, type Source } from "../../extension/native/setUp";
import { isProblem, Problem } from "../../extension/protocol/problem";
import { makeZip } from "../support/makeZip";
import { jsonLines, runCli } from "../support/runCli";
import { skipBecause } from "../support/skip";
import { serveWheel, type IndexFault } from "../support/wheelIndex";

const wheelName = "tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_17_x86_64.whl";
const linux = { platform: "linux", arch: "x64", glibc: "2.36", macos: null } as const;

/** What a wheel holds that matters, and what of it is not kept. */
const library = {
  "tensorflow/libtensorflow_cc.so.2": "the library ".repeat(10_000),
  "tensorflow/libtensorflow_framework.so.2": "its other half",
  "tensorflow/include/tensorflow/c/c_api.h": "// C functions",
  "tensorflow/include/tensorflow/c/eager/c_api.h": "// more",
  "tensorflow/include/tsl/platform/ctstring_internal.h": "// strings",
  "tensorflow/include/tsl/platform/platform.h": "// platform",
  "tensorflow_cpu-2.21.0.dist-info/licenses/LICENSE": "Apache 2",
};
const others = { "tensorflow/python/big.so": "not kept", "tensorflow/__init__.py": "import os" };

let base: string;
let folder: string;

const none = new AbortController().signal;

/** Everything but the source as it is in these tests: a compiler that writes its last argument's file, and a backend that works. */
function options(source: Source, more: Partial<SetUp> = {}): SetUp {
  return {
    source,
    device: "auto",
    folder,
    prebuilt: null,
    sources: { packageFolder: "/nowhere/package", nodeHeaders: "/nowhere/headers" },
    platform: "linux",
    signal: none,
    onProgress: () => undefined,
    onUnfit: (reason) => assert.fail(reason),
    verify: () => Promise.resolve(null),
    compilers: [script("compiler", 'for last; do :; done; echo addon > "$last"')],
    ...more,
  };
}

function script(name: string, body: string): string {
  const path = join(base, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A TensorFlow's folder as a Python has it. */
function pythonFolder(files: Readonly<Record<string, string>> = library): string {
  const site = mkdtempSync(join(base, "site-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(site, name, ".."), { recursive: true });
    writeFileSync(join(site, name), text);
  }
  return join(site, "tensorflow");
}

function fromPython(version = "2.20.0"): Source {
  return { route: "python", tensorflow: { python: "/usr/bin/python3", version, folder: pythonFolder() } };
}

async function fromWheel(
  fault: IndexFault,
  files: Readonly<Record<string, string>> | Buffer,
  more: Partial<SetUp> = {},
): Promise<Problem | NativeSetup> {
  const index = await serveWheel(wheelName, Buffer.isBuffer(files) ? files : makeZip(files), fault);
  try {
    const listed = await listPackage(index.url, "tensorflow-cpu", none);
    assert.ok(!isProblem(listed));
    const wheel = chooseWheel(listed, linux);
    assert.ok(wheel);
    return await setUpNative(options({ route: "wheel", wheel }, more));
  } finally {
    await index.close();
  }
}

function expectProblem(result: Problem | NativeSetup, name: string, sentence: RegExp): void {
  assert.ok(isProblem(result), "it worked");
  assert.deepEqual(result.problem, name, result.message);
  assert.match(result.message, sentence);
}

/** A Python that has TensorFlow, or a program that answers as one for what is set up on this machine; null for neither. */
async function pythonWithTensorflow(): Promise<string | null> {
  const here = findSetup(nativeFolder());
  if (here.type === "whole") {
    const place = { folder: realpathSync(join(nativeFolder(), libraryLink)), version: here.setup.version };
    return script("python", `echo '${JSON.stringify(place)}'`);
  }
  const found = (await findPythonTensorflow()).find((one) => one.ok);
  return found?.ok ? found.found.python : null;
}

/** Puts back what tests change of the environment. */
function restore(before: NodeJS.ProcessEnv): void {
  for (const name of ["RLHF_NATIVE_DIR", "RLHF_PYTHON", "CXX"])
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
}

/** What is in the folder that the setup stands in, hidden names too. */
const left = (): readonly string[] => readdirSync(join(folder, "..")).sort();

describe("the setup of the native backend", function () {
  this.timeout(60_000);

  before(function () {
    if (process.platform === "win32") skipBecause(this, "the native backend is not set up on Windows");
  });
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "rlhf-native-"));
    folder = join(base, "data", "native");
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it("links a Python's TensorFlow, and a second one takes its place", async () => {
    const first = fromPython("2.12.0");
    assert.deepEqual(await setUpNative(options(first)), {
      ...{ route: "python", device: "auto", version: "2.12.0", source: "/usr/bin/python3", addon: "built" },
    });
    assert.equal(
      first.route === "python" && readlinkSync(join(folder, "lib")),
      first.route === "python" && first.tensorflow.folder,
    );
    assert.equal(findSetup(folder, "linux").type, "whole");
    await setUpNative(options(fromPython("2.20.0")));
    const found = findSetup(folder, "linux");
    assert.equal(found.type === "whole" && found.setup.version, "2.20.0");
    assert.deepEqual(left(), ["native"]);
    // Removing it leaves the Python alone.
    assert.equal(removeNative(folder), true);
    assert.ok(first.route === "python" && existsSync(join(first.tensorflow.folder, "libtensorflow_cc.so.2")));
    assert.deepEqual([left(), removeNative(folder)], [[], false]);
  });

  it("is broken, and says so, when the Python is gone", async () => {
    const source = fromPython();
    await setUpNative(options(source));
    if (source.route === "python") rmSync(source.tensorflow.folder, { recursive: true });
    const found = findSetup(folder, "linux");
    assert.equal(found.type, "broken");
    assert.match(
      found.type === "broken" ? found.reason : "",
      /libtensorflow_cc.*TensorFlow 2\.20\.0 from .*python3, is gone/,
    );
  });

  it("of an older version is told about, used, and renewed", async function () {
    if (process.platform !== "linux") skipBecause(this, "the libraries of these tests are those of Linux");
    const source = fromPython("2.19.0");
    await setUpNative(options(source));
    const file = join(folder, "setup.json");
    const written = JSON.parse(readFileSync(file, "utf8")) as { formatVersion: number };
    const isOld = (): boolean => {
      const found = findSetup(folder, "linux");
      assert.ok(found.type === "whole");
      return found.isOld;
    };
    const before = { ...process.env };
    process.env.RLHF_PYTHON = script(
      "python",
      `echo '${JSON.stringify({ folder: pythonFolder(), version: "2.20.0" })}'`,
    );
    const lines: string[] = [];
    const output = { line: (text: string) => void lines.push(text) } as Output;
    // The npm package's own binary does not work.
    const verify = (place: string) => Promise.resolve(place === folder ? null : "there is none");
    const plan = () => planNative(output, folder, { device: "auto" }, none, verify);
    try {
      assert.equal(isOld(), false);
      const ready = await plan();
      assert.deepEqual([isProblem(ready) || ready.state, lines], ["ready", []]);
      for (const formatVersion of [undefined, written.formatVersion - 1]) {
        writeFileSync(file, JSON.stringify({ ...written, formatVersion }));
        assert.equal(isOld(), true);
        const renewed = await plan();
        assert.match(lines[0], /native is of an older version of RLHF Workbench: it is renewed$/);
        // Where no addon can be built the plan says that instead.
        if (isProblem(renewed)) assert.match(renewed.message, /compiler|sources/);
        else assert.ok(renewed.state === "new" && renewed.source.route === "python");
        lines.splice(0);
      }
      process.env.RLHF_NATIVE_DIR = folder;
      const [setup] = await nativeRoutes();
      assert.match(setup.found, /^TensorFlow 2\.19\.0 .* older version .*`rlhf setup-native` renews it$/);
    } finally {
      restore(before);
    }
  });

  it("fetches a wheel, and keeps the libraries, the headers and the licences of it", async () => {
    const progress: string[] = [];
    const result = await fromWheel(
      "none",
      { ...library, ...others },
      {
        onProgress: (what, done, total) => void (done === total && progress.push(what)),
      },
    );
    assert.deepEqual(result, {
      ...{ route: "wheel", device: "auto", version: "2.21.0", source: wheelName, addon: "built" },
    });
    const kept = readdirSync(join(folder, "site-packages"), { recursive: true, withFileTypes: true });
    assert.equal(kept.filter((entry) => entry.isFile()).length, Object.keys(library).length);
    for (const [name, text] of Object.entries(library))
      assert.equal(readFileSync(join(folder, "site-packages", name), "utf8"), text);
    assert.equal(findSetup(folder, "linux").type, "whole");
    assert.deepEqual([...new Set(progress)], [`fetching ${wheelName}`, "unpacking", "building the addon"]);
    assert.deepEqual(readdirSync(folder).sort(), ["lib", "setup.json", "site-packages", "tfjs_binding.node"]);
  });

  it("takes the addon that came along where it works, and builds one where it does not", async () => {
    const prebuilt = join(base, "prebuilt.node");
    writeFileSync(prebuilt, "came along");
    const isPrebuilt = (place: string): boolean =>
      readFileSync(join(place, "tfjs_binding.node"), "utf8") === "came along";
    // Neither a compiler nor sources are needed then.
    const nothing = { sources: new Problem("missing", "There are no sources."), compilers: [] };
    const fits = await setUpNative(options(fromPython(), { prebuilt, ...nothing }));
    assert.ok(!isProblem(fits) && fits.addon === "prebuilt" && isPrebuilt(folder));
    const found = findSetup(folder, "linux");
    assert.equal(found.type === "whole" && found.setup.addon, "prebuilt");

    const reasons: string[] = [];
    const unfit: Partial<SetUp> = {
      prebuilt,
      onUnfit: (reason) => void reasons.push(reason),
      verify: (place) => Promise.resolve(isPrebuilt(place) ? "version `GLIBC_2.99' not found" : null),
    };
    const built = await setUpNative(options(fromPython(), unfit));
    assert.ok(!isProblem(built) && built.addon === "built" && !isPrebuilt(folder));
    assert.deepEqual(reasons, ["version `GLIBC_2.99' not found"]);
    expectProblem(
      await setUpNative(options(fromPython(), { ...unfit, ...nothing })),
      "missing",
      /^The addon that came along does not work with TensorFlow 2\.20\.0 .*GLIBC_2\.99.*\nThere are no sources\.$/,
    );
  });

  it("leaves nothing behind, and what was there as it was, when anything fails", async () => {
    await setUpNative(options(fromPython("2.19.0")));
    const stillThere = (): void => {
      const found = findSetup(folder, "linux");
      assert.equal(found.type === "whole" && found.setup.version, "2.19.0");
      assert.deepEqual(left(), ["native"]);
    };
    expectProblem(await fromWheel("hash", library), "altered", /another hash/);
    stillThere();
    expectProblem(await fromWheel("refused", library), "refused", /refuses the download \(403\)/);
    stillThere();
    expectProblem(await fromWheel("breaks", library), "connectionLost", /cannot be fetched/);
    stillThere();
    expectProblem(await fromWheel("none", others), "unsupported", /libtensorflow_cc\.so\.2 is missing/);
    stillThere();
    expectProblem(
      await fromWheel("none", { ...library, "tensorflow/include/../../../c/x.h": "out" }),
      "altered",
      /is not a whole wheel: invalid relative path/,
    );
    stillThere();
    // The index's hash is that of the damaged file: the archive itself tells.
    const whole = makeZip(library);
    expectProblem(await fromWheel("none", whole.subarray(0, -30)), "altered", /is not a whole wheel/);
    stillThere();
    const wrongSize = Buffer.from(whole);
    wrongSize.writeUInt32LE(7, whole.lastIndexOf("tensorflow/libtensorflow_cc.so.2") - 22);
    expectProblem(await fromWheel("none", wrongSize), "altered", /is not a whole wheel: too many bytes/);
    stillThere();
    const without = { compilers: [join(base, "no-such-compiler")] };
    expectProblem(
      await setUpNative(options(fromPython(), without)),
      "missing",
      /no C\+\+ compiler .*installs one/,
    );
    stillThere();
    const failing = { compilers: [script("failing", "echo 'x.cc:1: fatal error: no.h: none' >&2; exit 1")] };
    expectProblem(
      await setUpNative(options(fromPython(), failing)),
      "unsupported",
      /cannot build the addon: .*no\.h/,
    );
    stillThere();
    const unfit = { verify: () => Promise.resolve("version `GLIBC_2.99' not found") };
    expectProblem(
      await setUpNative(options(fromPython(), unfit)),
      "unsupported",
      /TensorFlow 2\.20\.0 .* does not work here: .*GLIBC/,
    );
    stillThere();
  });

  it("can be interrupted while it fetches, and repeated", async () => {
    const abort = new AbortController();
    const more = { signal: abort.signal, onProgress: () => abort.abort() };
    expectProblem(await fromWheel("stalls", library, more), "interrupted", /nothing was kept/);
    assert.deepEqual(left(), []);
    assert.ok(!isProblem(await fromWheel("none", library)));
  });

  it("removes what a killed setup left, and not what another one works on", async () => {
    mkdirSync(join(base, "data"));
    // Process 1 lives for ever; the number of a process that has ended is free for a while.
    const ended = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
    mkdirSync(join(base, "data", `.native.${ended}.partial`));
    mkdirSync(join(base, "data", ".native.1.partial"));
    await setUpNative(options(fromPython()));
    assert.deepEqual(left(), [".native.1.partial", "native"]);
  });

  it("leaves a folder alone that holds something else, and says where it cannot write", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "thesis.txt"), "text");
    expectProblem(
      await setUpNative(options(fromPython())),
      "refused",
      /holds files that the setup did not make/,
    );
    const removed = removeNative(folder);
    assert.ok(isProblem(removed) && existsSync(join(folder, "thesis.txt")));
    folder = join(folder, "thesis.txt", "native");
    expectProblem(await setUpNative(options(fromPython())), "disk", /^Cannot write .*thesis\.txt/);
  });

  it("in a folder that cannot be written says so, and makes nothing", async function () {
    // Root writes everywhere but into what the kernel shows.
    const isRoot = process.getuid?.() === 0;
    if (isRoot && process.platform !== "linux") skipBecause(this, "root writes everywhere");
    const parent = isRoot ? "/sys" : mkdtempSync(join(base, "read-only-"));
    if (!isRoot) chmodSync(parent, 0o555);
    folder = join(parent, "rlhf-native", "native");
    const sentence = /^Cannot write .*rlhf-native/;
    expectProblem(await setUpNative(options(fromPython())), "disk", sentence);
    expectProblem(await fromWheel("none", library), "disk", sentence);
    assert.equal(existsSync(join(parent, "rlhf-native")), false);
    if (!isRoot) chmodSync(parent, 0o755);
  });

  it("asks Pythons in turn, and says why one will not do", async () => {
    const says = (name: string, version: string, place: string): string =>
      script(name, `echo '{"folder": "${place}", "version": "${version}"}'`);
    const place = pythonFolder();
    const pythons = [
      join(base, "no-python"),
      script("silent", "exit 1"),
      script("odd", "echo hello"),
      says("empty", "", ""),
      says("old", "2.9.1", place),
      says("halved", "2.20.0", pythonFolder({ "tensorflow/libtensorflow_cc.so.2": "" })),
      says("good", "2.20.0", place),
      says("later", "2.21.0", place),
    ];
    const found = await findPythonTensorflow(pythons, "linux");
    assert.deepEqual(
      found
        .map((one) => (one.ok ? one.found.version : one.reason.replaceAll(base, "")))
        .map((text) => text.replace(/site-\w+/, "site")),
      [
        ...["is not there", "does not answer", "does not answer", "has no TensorFlow"],
        "has TensorFlow 2.9.1, and 2.12 or a later 2.x is needed",
        "has TensorFlow 2.20.0, but /site/tensorflow/libtensorflow_framework.so.2 is missing",
        "2.20.0",
      ],
    );
  });

  it("stands in the user's folder for data", () => {
    const at = (platform: NodeJS.Platform, env: Record<string, string>): string =>
      nativeFolder({ platform, env, home: "/home/u" });
    assert.equal(at("linux", {}), "/home/u/.local/share/rlhf-workbench/native");
    assert.equal(at("linux", { XDG_DATA_HOME: "/data" }), "/data/rlhf-workbench/native");
    assert.equal(at("linux", { XDG_DATA_HOME: "data" }), "/home/u/.local/share/rlhf-workbench/native");
    assert.equal(at("darwin", {}), "/home/u/Library/Application Support/rlhf-workbench/native");
    assert.equal(at("linux", { RLHF_NATIVE_DIR: "/x" }), "/x");
  });
});

describe("the addon of a package", function () {
  this.timeout(120_000);
  let programs: string;
  const before = { ...process.env };

  beforeEach(function () {
    if (process.platform === "win32") skipBecause(this, "the addon is not built on Windows");
    base = mkdtempSync(join(tmpdir(), "rlhf-package-"));
    programs = join(base, "dist");
    mkdirSync(join(programs, copiedSources, "binding"), { recursive: true });
    process.env.RLHF_NATIVE_DIR = join(base, "nothing");
    const place = { folder: pythonFolder(), version: "2.20.0" };
    process.env.RLHF_PYTHON = script("python", `echo '${JSON.stringify(place)}'`);
  });
  afterEach(() => {
    restore(before);
    rmSync(base, { recursive: true, force: true });
  });

  /** Why there is none, in one line; nothing is left of the trial. */
  async function expectNone(reason: RegExp): Promise<void> {
    const built = await buildPrebuilt(programs);
    assert.ok("whyNot" in built, "it was built");
    assert.match(built.whyNot, reason);
    assert.doesNotMatch(built.whyNot, /\n/);
    assert.deepEqual(readdirSync(join(programs, "native")), ["sources"]);
  }

  it("is left out where there is no TensorFlow", async () => {
    process.env.RLHF_PYTHON = join(base, "no-python");
    process.env.CXX = script("compiler", "exit 0");
    await expectNone(/^there is no TensorFlow on this machine to build it with$/);
  });

  it("is left out where there is no compiler, or one that fails", async () => {
    process.env.CXX = join(base, "no-compiler");
    await expectNone(/^There is no C\+\+ compiler to build the addon with \(\S+no-compiler\)/);
    process.env.CXX = script("compiler", "echo 'x.cc:1: error: no' >&2; echo more >&2; exit 1");
    await expectNone(/^The compiler \S+ cannot build the addon: x\.cc:1: error: no$/);
  });

  it("is left out where it cannot be loaded", async () => {
    process.env.CXX = script("compiler", 'for last; do :; done; echo addon > "$last"');
    await expectNone(/^the one that was built here cannot be loaded: Error: /);
  });
});

describe("rlhf setup-native", function () {
  this.timeout(300_000);

  before(function () {
    if (process.platform === "win32") skipBecause(this, "the native backend is not set up on Windows");
  });
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "rlhf-native-"));
    folder = join(base, "native");
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it("says what it would fetch, and fetches nothing unasked", async function () {
    if (process.platform !== "linux" || process.arch !== "x64")
      skipBecause(this, "the wheel of this test is for Linux on x64");
    const sources = findSources();
    if (isProblem(sources)) skipBecause(this, sources.message);
    const index = await serveWheel(wheelName, makeZip(library));
    try {
      const environment = { RLHF_NATIVE_DIR: folder, PIP_INDEX_URL: index.url };
      const run = await runCli(["setup-native", "--from", "wheel", "--json"], { environment });
      assert.equal(run.code, 1);
      const plan = jsonLines(
        await runCli(["setup-native", "--from", "wheel", "--plan", "--json"], { environment }),
      ).at(-1);
      assert.ok(plan);
      assert.deepEqual(
        [plan.state, plan.source, plan.from, plan.downloadBytes, plan.folder],
        ["new", wheelName, new URL(index.url).host, makeZip(library).length, folder],
      );
      assert.ok(Number(plan.keptBytes) > Number(plan.downloadBytes), JSON.stringify(plan));
      // Packing puts an addon beside the programs, and may have been done or not.
      assert.match(String(plan.addon), /^(prebuilt|built)$/);
      const [problem] = jsonLines(run);
      assert.equal(problem.problem, "refused");
      assert.match(
        String(problem.message),
        /would fetch tensorflow_cpu-2\.21\.0.* MB to download, .* kept.*--yes/,
      );
      assert.deepEqual(index.asked, ["/simple/tensorflow-cpu/", "/simple/tensorflow-cpu/"]);
      assert.deepEqual(readdirSync(base), []);
    } finally {
      await index.close();
    }
  });

  it("with a library that is none ends in a sentence, and nothing is left", async function () {
    const sources = findSources();
    if (isProblem(sources)) skipBecause(this, sources.message);
    // Its addon is any shared library: what is tried is that the trial's process tells why it cannot be loaded.
    const place = pythonFolder();
    const python = script("python", `echo '{"folder": "${place}", "version": "2.20.0"}'`);
    const compiler = script("c++", 'for last; do :; done; echo "no library" > "$last"');
    const environment = { RLHF_NATIVE_DIR: folder, RLHF_PYTHON: python, CXX: compiler };
    const run = await runCli(["setup-native", "--from", "python"], { cwd: base, environment });
    assert.equal(run.code, 1);
    assert.match(run.err, /^TensorFlow 2\.20\.0 \(.*\) does not work here: .*tfjs_binding\.node/);
    assert.equal(existsSync(folder), false);
    const doctor = jsonLines(await runCli(["doctor", "--json"], { cwd: base, environment })).at(-1);
    const routes = doctor?.native as readonly {
      readonly name: string;
      readonly ok: boolean;
      readonly found: string;
    }[];
    assert.match(routes.find(({ name }) => name === "Python")?.found ?? "", /has TensorFlow 2\.20\.0 in /);
    assert.match(routes.find(({ name }) => name === "set up")?.found ?? "", /^nothing in /);
  });

  /** The libraries' C source, what becomes of the file, and the reason that the loader gives. */
  const unfit = {
    "lack a function that the addon calls": {
      code: 'const char *TF_Version(void) { return "2.99.0"; }',
      alter: (bytes: Buffer) => bytes,
      reason: /undefined symbol: \w+/,
    },
    "need a later glibc": {
      code: '#include <stdio.h>\nconst char *TF_Version(void) { puts("x"); return "2.99.0"; }',
      alter: (bytes: Buffer) =>
        Buffer.from(bytes.toString("latin1").replaceAll("GLIBC_2.2.5", "GLIBC_2.9.9"), "latin1"),
      reason: /version `GLIBC_2\.9\.9' not found/,
    },
  };
  for (const [fault, { code, alter, reason }] of Object.entries(unfit))
    it(`with libraries that ${fault} ends in the loader's reason, and nothing is left`, async function () {
      if (process.platform !== "linux" || process.arch !== "x64") skipBecause(this, "Linux on x64 is meant");
      const compiler = await findCompiler();
      const python = await pythonWithTensorflow();
      if (isProblem(compiler)) skipBecause(this, compiler.message);
      if (python === null)
        skipBecause(this, "native: not set up (the addon is built with TensorFlow's headers)");
      const [tensorflow] = (await findPythonTensorflow([python])).flatMap((one) =>
        one.ok ? [one.found] : [],
      );
      const place = pythonFolder({ "tensorflow/__init__.py": "" });
      symlinkSync(join(tensorflow.folder, "include"), join(place, "include"));
      writeFileSync(join(base, "library.c"), `${code}\n`);
      for (const name of libraryNames(process.platform)) {
        execFileSync("cc", ["-shared", "-fPIC", "-o", join(place, name), join(base, "library.c")]);
        writeFileSync(join(place, name), alter(readFileSync(join(place, name))));
      }
      const stub = script("stub", `echo '{"folder": "${place}", "version": "2.99.0"}'`);
      // What is compiled is never run: it need not be fast.
      const CXX = script(
        "c++",
        'for one; do shift; [ "$one" = -O3 ] || set -- "$@" "$one"; done; exec c++ "$@"',
      );
      const environment = { RLHF_NATIVE_DIR: folder, RLHF_PYTHON: stub, CXX };
      const run = await runCli(["setup-native", "--from", "python"], { cwd: base, environment });
      assert.equal(run.code, 1);
      assert.match(run.err, /^TensorFlow 2\.99\.0 \(.*\) does not work here: /);
      assert.match(run.err, reason);
      assert.equal(existsSync(folder), false);
    });

  it("sets a real TensorFlow up, trains on it, and takes it away again", async function () {
    const python = await pythonWithTensorflow();
    const asked = process.env.RLHF_NATIVE_TESTS === "1";
    if (!asked && python === null)
      skipBecause(this, "native: not set up (no Python with TensorFlow, and RLHF_NATIVE_TESTS is not 1)");
    const sources = findSources();
    if (!asked && isProblem(sources)) skipBecause(this, sources.message);
    const environment = { RLHF_NATIVE_DIR: folder, ...(python && { RLHF_PYTHON: python }) };
    const from = python === null ? "wheel" : "python";
    const run = await runCli(["setup-native", "--from", from, "--yes", "--json"], { environment });
    assert.equal(run.code, 0, run.out + run.err);
    const result = jsonLines(run).at(-1);
    assert.equal(result?.route, from);
    const speeds = result?.stepMilliseconds as {
      readonly tensorflow: number | null;
      readonly wasm: number | null;
    };
    assert.ok(Number(speeds.tensorflow) > 0 && Number(speeds.wasm) > 0, run.out);
    const words = [
      "selfcheck",
      "golden",
      "gradients",
      "cache",
      "exact-optimum",
      "--backend",
      "tensorflow",
      "--json",
    ];
    const check = await runCli(words, { environment });
    assert.equal(check.code, 0, check.out + check.err);
    const again = await runCli(["setup-native", "--json"], { environment });
    assert.deepEqual(
      [again.code, jsonLines(again).at(-1)?.version],
      [0, result?.version],
      again.out + again.err,
    );
    const removed = jsonLines(await runCli(["setup-native", "--remove", "--json"], { environment })).at(-1);
    assert.deepEqual([removed?.removed, existsSync(folder)], [true, false]);
  });
});
