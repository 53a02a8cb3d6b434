import { dirname, join } from "node:path";

/** What may be asked about folders of this machine. */
export interface Folders {
  readonly exists: (path: string) => boolean;
  /** There, a folder, and without anything in it. */
  readonly isEmpty: (path: string) => boolean;
  readonly isProject: (path: string) => boolean;
}

const projectName = "rlhf-project";

/** Where a new project goes unless a person says otherwise: the open folder if it is empty, a folder in it or, when it is a project itself, beside it. */
export function proposedFolder(open: string | undefined, home: string, folders: Folders): string {
  if (open === undefined) return freeFolder(home, folders);
  if (folders.isProject(open)) return freeFolder(dirname(open), folders);
  return folderIn(open, folders);
}

/** A folder itself if it is empty or not there yet, else a new one in it, so that nothing is mixed up. */
export function folderIn(chosen: string, folders: Folders): string {
  return !folders.exists(chosen) || folders.isEmpty(chosen) ? chosen : freeFolder(chosen, folders);
}

function freeFolder(parent: string, folders: Folders): string {
  for (let i = 1; ; i++) {
    const path = join(parent, i === 1 ? projectName : `${projectName}-${i}`);
    if (!folders.exists(path) || folders.isEmpty(path)) return path;
  }
}
