import { sep } from "node:path";
import { Disposable, RelativePattern, Uri, workspace } from "vscode";

/** The parts of a project that views show. */
export type ProjectPart = "runs" | "labels" | "data";

/** Changes are told at most this often. */
const milliseconds = 250;

/** Watches a project's folder and says which parts have changed, at most four times a second. */
export function watchProject(
  project: string,
  onChange: (parts: ReadonlySet<ProjectPart>) => void,
): Disposable {
  const pattern = new RelativePattern(Uri.file(project), "{rlhf.json,runs/**,labels/**,data/**}");
  const watcher = workspace.createFileSystemWatcher(pattern);
  let waiting: Set<ProjectPart> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const look = ({ fsPath }: Uri): void => {
    const part = partOf(project, fsPath);
    if (waiting !== null) {
      waiting.add(part);
      return;
    }
    waiting = new Set([part]);
    timer = setTimeout(() => {
      const parts = waiting;
      waiting = null;
      if (parts !== null) onChange(parts);
    }, milliseconds);
  };
  const stop = new Disposable(() => clearTimeout(timer));
  return Disposable.from(
    watcher,
    watcher.onDidCreate(look),
    watcher.onDidChange(look),
    watcher.onDidDelete(look),
    stop,
  );
}

function partOf(project: string, path: string): ProjectPart {
  const [folder] = path.slice(project.length + 1).split(sep);
  return folder === "runs" || folder === "labels" ? folder : "data";
}
