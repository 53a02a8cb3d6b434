import { EventEmitter, commands, type Disposable, type Memento } from "vscode";
import type { DataCheck } from "./dataCheck";
import { parseFilter, runOrders, type RunFilter, type RunOrder } from "./runFilter";

const orderKey = "rlhf.runs.order";
const checkedKey = (project: string) => `rlhf.runs.checked:${project}`;

/** What a person chose in the explorer: filter, order, checked runs; and what Check Data found last. The views follow it. */
export class ExplorerState implements Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly checkedChanged = new EventEmitter<string>();
  private readonly dataChecked = new EventEmitter<void>();
  /** Filter or order. */
  readonly onDidChange = this.changed.event;
  /** Which runs of this project are checked. */
  readonly onDidChangeChecked = this.checkedChanged.event;
  readonly onDidCheckData = this.dataChecked.event;
  private query = "";
  private parsed: RunFilter = [];
  private readonly checks = new Map<string, DataCheck>();

  constructor(private readonly memory: Memento) {}

  get filterText(): string {
    return this.query;
  }

  get filter(): RunFilter {
    return this.parsed;
  }

  setFilter(text: string): void {
    this.query = text.trim();
    this.parsed = parseFilter(this.query);
    void commands.executeCommand("setContext", "rlhf.filtered", this.parsed.length > 0);
    this.changed.fire();
  }

  get order(): RunOrder {
    const kept = this.memory.get<string>(orderKey);
    return runOrders.find((order) => order === kept) ?? "newest";
  }

  async setOrder(order: RunOrder): Promise<void> {
    await this.memory.update(orderKey, order);
    this.changed.fire();
  }

  /** Ids of the runs chosen for plots and comparisons. */
  checkedRuns(project: string): readonly string[] {
    const kept = this.memory.get<unknown>(checkedKey(project));
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  }

  async setChecked(project: string, id: string, isChecked: boolean): Promise<void> {
    const others = this.checkedRuns(project).filter((other) => other !== id);
    await this.memory.update(checkedKey(project), isChecked ? [...others, id] : others);
    this.checkedChanged.fire(project);
  }

  dataCheck(project: string): DataCheck | undefined {
    return this.checks.get(project);
  }

  setDataCheck(project: string, check: DataCheck): void {
    this.checks.set(project, check);
    this.dataChecked.fire();
  }

  dispose(): void {
    for (const emitter of [this.changed, this.checkedChanged, this.dataChecked]) emitter.dispose();
  }
}
