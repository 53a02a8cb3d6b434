import type { Host } from "./host";
import { startWalkthrough } from "./walkthrough";

const used = new WeakSet<Host>();

/** What happens when a view or a command first looks at the projects: attaching to their trainers, and going on with a pipeline. */
export function firstUse(host: Host): void {
  if (used.has(host)) return;
  used.add(host);
  startWalkthrough(host);
  const begin = (): void => {
    for (const project of host.projects.all()) {
      host.trainers.attachAll(project);
      void host.pipelines.goOn(host, project);
    }
  };
  host.context.subscriptions.push(host.projects.onDidChange(begin));
  begin();
}
