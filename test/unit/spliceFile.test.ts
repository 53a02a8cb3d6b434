import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lineFile, spliceLines } from "../../extension/data/lineFile";
import { DiskError } from "../../extension/runs/disk";
import { fileBytes, spliceFile } from "../../extension/runs/spliceFile";
import { failingDisk, fullDisk } from "../support/fakeDisk";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { skipBecause } from "../support/skip";

describe("a splice of a file that others may write too", () => {
  let project: string;
  let path: string;
  const text = "one\ntwo\nthree\n";
  beforeEach(() => {
    project = temporaryProject();
    path = join(project, "lines.jsonl");
    writeFileSync(path, text);
  });
  afterEach(() => removeProject(project));
  const known = (): Uint8Array => fileBytes(path);
  const content = (): string => readFileSync(path, "utf8");
  const replaced = () => spliceLines(lineFile(known()), 1, 1, ["zwei"]);
  const appended = () => spliceLines(lineFile(known()), 3, 0, ["four", "five"]);

  it("appends in place and replaces the file for anything else; a new file is made with its folder", () => {
    const { ino } = statSync(path);
    assert.ok(spliceFile(path, known(), appended()));
    assert.equal(content(), `${text}four\nfive\n`);
    assert.equal(statSync(path).ino, ino);
    assert.ok(spliceFile(path, known(), replaced()));
    assert.equal(content(), "one\nzwei\nthree\nfour\nfive\n");
    const fresh = join(project, "deep/new.jsonl");
    assert.ok(spliceFile(fresh, new Uint8Array(), { at: 0, remove: 0, insert: Buffer.from("a\n") }));
    assert.equal(readFileSync(fresh, "utf8"), "a\n");
  });

  it("writes nothing where the file holds anything but what is known", () => {
    const before = known();
    for (const theirs of [`${text}more\n`, text.replace("two", "TWO"), "", `${text.slice(0, -1)} `]) {
      writeFileSync(path, theirs);
      for (const splice of [
        spliceLines(lineFile(before), 1, 1, ["x"]),
        spliceLines(lineFile(before), 3, 0, ["x"]),
      ])
        assert.equal(spliceFile(path, before, splice), false);
      assert.equal(content(), theirs);
    }
    assert.equal(spliceFile(join(project, "gone.jsonl"), before, appended()), false);
  });

  it("a disk that stops anywhere leaves the old content or the new one, and says so", () => {
    for (const [splice, after] of [
      [replaced(), "one\nzwei\nthree\n"],
      [appended(), `${text}four\nfive\n`],
    ] as const)
      for (let nth = 1; nth < 9; nth++) {
        writeFileSync(path, text);
        const before = known();
        const disk = failingDisk(nth);
        try {
          assert.ok(spliceFile(path, before, splice, disk));
          assert.equal(content(), after);
        } catch (error) {
          assert.ok(error instanceof DiskError, String(error));
          // A disk that takes no truncation either leaves the appended bytes, which were never acknowledged.
          assert.ok(content() === text || content().startsWith(text), content());
        }
      }
    for (let room = 0; room < 9; room++) {
      writeFileSync(path, text);
      assert.throws(() => spliceFile(path, known(), appended(), fullDisk(room)), /the disk is full/);
      assert.equal(content(), text, "what was written of the lines is cut off again");
      assert.throws(() => spliceFile(path, known(), replaced(), fullDisk(room)), /the disk is full/);
      assert.equal(content(), text);
    }
    assert.deepEqual(
      readdirSync(project).filter((name) => name.endsWith(".partial")),
      [],
    );
  });

  it("keeps the file's permissions, and a link stays one", function () {
    if (process.platform === "win32")
      skipBecause(this, "Windows keeps no permissions of this kind, and links need rights");
    chmodSync(path, 0o640);
    const link = join(project, "link.jsonl");
    symlinkSync(path, link);
    assert.ok(spliceFile(link, known(), replaced()));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.equal(content(), "one\nzwei\nthree\n");
  });
});
