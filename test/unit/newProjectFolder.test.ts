import assert from "node:assert/strict";
import { join } from "node:path";
import { folderIn, proposedFolder, type Folders } from "../../extension/host/newProjectFolder";

/** Folders by path, each with what it holds. */
function folders(there: Readonly<Record<string, "empty" | "full" | "project">>): Folders {
  return {
    exists: (path) => path in there,
    isEmpty: (path) => there[path] === "empty",
    isProject: (path) => there[path] === "project",
  };
}

const at = (...names: string[]): string => join("/", ...names);

describe("newProjectFolder", () => {
  it("the open folder itself where it is empty, a new one in it where it is not, one beside it where it is a project", () => {
    const open = at("w");
    assert.equal(proposedFolder(open, at("h"), folders({ [open]: "empty" })), open);
    assert.equal(proposedFolder(open, at("h"), folders({ [open]: "full" })), at("w", "rlhf-project"));
    assert.equal(proposedFolder(open, at("h"), folders({ [open]: "project" })), at("rlhf-project"));
  });
  it("without a folder a new one in the home folder, and never one with something in it", () => {
    const [first, second] = [at("h", "rlhf-project"), at("h", "rlhf-project-2")];
    assert.equal(proposedFolder(undefined, at("h"), folders({})), first);
    assert.equal(proposedFolder(undefined, at("h"), folders({ [first]: "empty" })), first);
    assert.equal(
      proposedFolder(undefined, at("h"), folders({ [first]: "project", [second]: "full" })),
      at("h", "rlhf-project-3"),
    );
  });
  it("a chosen folder that is not empty gets a new one in it", () => {
    assert.equal(folderIn(at("c"), folders({})), at("c"));
    assert.equal(folderIn(at("c"), folders({ [at("c")]: "empty" })), at("c"));
    assert.equal(folderIn(at("c"), folders({ [at("c")]: "full" })), at("c", "rlhf-project"));
  });
});
