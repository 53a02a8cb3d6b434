import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskError, openReplacement } from "../../extension/runs/disk";

describe("a replacement of a file, written piece by piece", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "rlhf-replacement-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const path = (): string => join(folder, "data.jsonl");

  it("takes the old file's place as a whole, with what was there and a line break behind it where told", () => {
    writeFileSync(path(), "old");
    const kept = openReplacement(path(), "keep");
    kept.write("쉼표\n");
    kept.write(Uint8Array.of(66));
    kept.write("c");
    assert.equal(readFileSync(path(), "utf8"), "old");
    kept.commit();
    assert.equal(readFileSync(path(), "utf8"), "old\n쉼표\nBc");
    const other = openReplacement(path());
    other.write("new");
    other.commit();
    assert.equal(readFileSync(path(), "utf8"), "new");
    assert.deepEqual(readdirSync(folder), ["data.jsonl"]);
  });

  it("leaves nothing behind when it is given up, nor when it cannot take its place", () => {
    writeFileSync(path(), "old");
    const given = openReplacement(path());
    given.write("new");
    given.discard();
    assert.equal(readFileSync(path(), "utf8"), "old");
    rmSync(path());
    mkdirSync(path());
    const stopped = openReplacement(path());
    stopped.write("new");
    assert.throws(() => stopped.commit(), DiskError);
    assert.deepEqual(readdirSync(folder), ["data.jsonl"]);
  });

  it("is not undone when it is given up after it has taken its place", () => {
    const file = openReplacement(path());
    file.write("new");
    file.commit();
    file.discard();
    assert.equal(readFileSync(path(), "utf8"), "new");
  });
});
