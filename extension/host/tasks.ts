import {
  CustomExecution,
  Task,
  TaskScope,
  Uri,
  tasks,
  workspace,
  type Disposable,
  type TaskDefinition,
  type WorkspaceFolder,
} from "vscode";
import type { Host } from "./host";
import { TaskTerminal } from "./taskTerminal";
import { taskStages, taskWords } from "./taskWords";
import { t } from "./text";

/** Tasks of type rlhf: the stages and the pipeline as they are, and those of tasks.json with settings of their own. */
export function registerTasks(host: Host): Disposable {
  return tasks.registerTaskProvider("rlhf", {
    provideTasks: () => {
      if (!workspace.isTrusted) return [];
      return host.projects
        .all()
        .flatMap((project) => taskStages.flatMap((stage) => stageTask(project, stage)));
    },
    resolveTask: ({ definition, scope }) => {
      if (!workspace.isTrusted) return undefined;
      const folder = typeof scope === "object" ? scope.uri.fsPath : undefined;
      return projectTask(folder ?? host.projects.all()[0], definition);
    },
  });
}

function stageTask(project: string, stage: string): Task[] {
  const task = projectTask(project, { type: "rlhf", stage });
  return task === undefined ? [] : [task];
}

/** The task of a definition, which a person may have written: none when it asks for what there is not. */
function projectTask(project: string | undefined, definition: TaskDefinition): Task | undefined {
  const words = taskWords(definition);
  if (project === undefined || words === null) return undefined;
  const scope: WorkspaceFolder | TaskScope =
    workspace.getWorkspaceFolder(Uri.file(project)) ?? TaskScope.Workspace;
  const execution = new CustomExecution(() => Promise.resolve(new TaskTerminal(project, words)));
  const name = words.join(" ");
  const task = new Task(definition, scope, name, "rlhf", execution, ["$rlhf", "$rlhf-file"]);
  task.detail = words[0] === "pipeline" ? t("All stages, one after the other") : t("Run {0}", words[0]);
  return task;
}
