import assert from "node:assert/strict";
import {
  chooseWheel,
  compareVersions,
  isUsableVersion,
  type IndexFile,
  type WheelMachine,
} from "../../extension/native/chooseWheel";
import { configuredIndex, filesOfHtml, filesOfJson } from "../../extension/native/packageIndex";
import { isProblem } from "../../extension/protocol/problem";

const linux: WheelMachine = { platform: "linux", arch: "x64", glibc: "2.36", macos: null };
const file = (name: string, more: Partial<IndexFile> = {}): IndexFile => ({
  name,
  url: `https://index.example/${name}`,
  sha256: "0".repeat(64),
  size: 1,
  isYanked: false,
  ...more,
});
const wheels = [
  file("tensorflow_cpu-2.9.1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
  file("tensorflow_cpu-2.20.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
  file("tensorflow_cpu-2.21.0-cp310-cp310-manylinux_2_27_x86_64.whl"),
  file("tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl"),
  file("tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl"),
  file("tensorflow_cpu-2.21.0-cp313-cp313-win_amd64.whl"),
  file("tensorflow-2.21.0-cp313-cp313-macosx_12_0_arm64.whl"),
  file("tensorflow_cpu-2.22.0rc1-cp313-cp313-manylinux_2_27_x86_64.whl"),
  file("tensorflow_cpu-2.22.0-cp313-cp313-manylinux_2_27_x86_64.whl", { isYanked: true }),
  file("tensorflow_cpu-3.0.0-cp313-cp313-manylinux_2_27_x86_64.whl"),
  file("tensorflow_cpu-2.21.0.tar.gz"),
];
const chosen = (machine: WheelMachine): string | undefined => chooseWheel(wheels, machine)?.name;

describe("the wheel that is chosen", () => {
  it("is the newest release for the machine: no candidate, no yanked one, none of another line", () => {
    assert.equal(chosen(linux), "tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl");
    assert.equal(
      chosen({ ...linux, arch: "arm64" }),
      "tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl",
    );
    const mac = { platform: "darwin", arch: "arm64", glibc: null, macos: "14.5" } as const;
    assert.equal(chosen(mac), "tensorflow-2.21.0-cp313-cp313-macosx_12_0_arm64.whl");
    assert.equal(chosen({ ...mac, macos: "11.7" }), undefined);
  });

  it("is an older one where the C library is older, and none where it is too old or another", () => {
    assert.equal(
      chosen({ ...linux, glibc: "2.17" }),
      "tensorflow_cpu-2.20.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    );
    assert.equal(chosen({ ...linux, glibc: "2.5" }), undefined);
    assert.equal(chosen({ ...linux, glibc: null }), undefined);
    assert.equal(chosen({ ...linux, platform: "win32" }), undefined);
  });

  it("compares versions by their numbers", () => {
    assert.ok(compareVersions("2.9.1", "2.12") < 0 && compareVersions("2.21.0", "2.3") > 0);
    assert.equal(compareVersions("2.12", "2.12.0"), 0);
    const usable = [
      "2.11.1",
      "2.12",
      "2.12.0",
      "2.21.0",
      "2.21.0+nv25",
      "3.0",
      "1.15.5",
      "unknown",
      "",
    ].filter(isUsableVersion);
    assert.deepEqual(usable, ["2.12", "2.12.0", "2.21.0", "2.21.0+nv25"]);
  });
});

describe("a package index", () => {
  const where = "https://index.example/simple/tensorflow-cpu/";
  const sha256 = "a".repeat(64);

  it("is read as JSON and as HTML alike", () => {
    const name = "tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl";
    const json = JSON.stringify({
      files: [
        { filename: name, url: `../../f/${name}`, hashes: { sha256 }, size: 5, yanked: "broken" },
        { filename: "b.whl", url: "https://other.example/b.whl", hashes: {} },
      ],
    });
    const html = `<html><a href="../../f/${name}#sha256=${sha256}" data-yanked="">${name}</a><br>
      <a data-requires-python="&gt;=3.9" href="https://other.example/b.whl">b.whl</a></html>`;
    const url = `https://index.example/f/${name}`;
    const expected = [
      { name, url, sha256, size: 5, isYanked: true },
      { name: "b.whl", url: "https://other.example/b.whl", sha256: null, size: null, isYanked: false },
    ];
    assert.deepEqual(filesOfJson(json, where), expected);
    assert.deepEqual(filesOfHtml(html, where), [{ ...expected[0], size: null }, expected[1]]);
  });

  it("that says something else is a problem", () => {
    for (const text of ["<html>", "{}", '{"files":[{"filename":"a"}]}'])
      assert.ok(isProblem(filesOfJson(text, where)), text);
  });

  it("is the one that pip is configured for", () => {
    const files: Record<string, string> = {
      "/etc/pip.conf": "[global]\nindex-url = https://company.example/simple/\n",
    };
    const read = (name: string): string | null => files[name] ?? null;
    assert.equal(
      configuredIndex({ PIP_INDEX_URL: "https://mine.example/simple/" }, read),
      "https://mine.example/simple",
    );
    assert.equal(configuredIndex({}, read), "https://company.example/simple");
    assert.equal(
      configuredIndex({}, () => "[global]\nextra-index-url = https://no.example\n"),
      "https://pypi.org/simple",
    );
  });
});
