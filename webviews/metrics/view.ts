import type { MetricsAction } from "../../extension/protocol/metricsMessages";
import { element, fill, setText } from "../shared/dom";
import { createChart, type Chart } from "./chart";
import { exportChart } from "./exports";
import { Frames } from "./frames";
import { createFrontier } from "./frontierView";
import { readPalette } from "./palette";
import { createPointBar } from "./pointBar";
import { createRuns } from "./runsView";
import { chartGroups, shownRuns, type Chosen, type Page, type PageEvent } from "./state";
import type { Texts } from "./texts";
import { createToolbar } from "./toolbar";
import { createTooltip } from "./tooltip";

export interface ViewPorts {
  readonly texts: Texts;
  readonly send: (action: MetricsAction) => void;
  readonly tell: (event: PageEvent) => void;
}

export interface MetricsPageView {
  /** Shows the page; `hasNews` says whether charts have something else to draw. */
  update(page: Page, hasNews: boolean): void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView({ texts, send, tell }: ViewPorts): MetricsPageView {
  const frames = new Frames();
  const charts = new Map<string, Chart>();
  const tooltip = createTooltip(texts);
  const live = element("p", { class: "spoken", attributes: { role: "status" } });
  let page: Page | null = null;
  let palette = readPalette();
  let shownGroups = "";

  const choose = (chosen: Chosen): void => {
    tell({ type: "choose", chosen });
    const run = page?.state.runs.find(({ about }) => about.id === chosen.id);
    if (run?.about.stage === "ppo") send({ type: "rollouts", ...chosen });
  };
  const showEvidence = (metric: string, from: number, to: number): void => {
    const margin = Math.max(2, 0.5 * (to - from));
    tell({ type: "view", change: { axis: "iteration" } });
    tell({ type: "zoom", x: [Math.max(0, from - margin), to + margin], y: null });
    const target = charts.get(metric)?.root;
    target?.scrollIntoView({ block: "center" });
    target?.querySelector<HTMLElement>(".chart")?.focus();
  };
  const runs = createRuns({
    ...{ texts, send, showEvidence },
    setHidden: (hidden) => tell({ type: "view", change: { hidden } }),
  });
  const toolbar = createToolbar(
    texts,
    (change) => tell({ type: "view", change }),
    () => tell({ type: "resetZoom" }),
    () => {
      if (page !== null) send({ type: "exportEvents", ids: shownRuns(page.state.runs, page.state.view) });
    },
  );
  const pointBar = createPointBar(texts, send, () => tell({ type: "choose", chosen: null }));
  const frontier = createFrontier({
    ...{ texts, tooltip, choose },
    say: (text) => (live.textContent = text),
    exportChart: (chart, kind) => exportChart(chart, kind, send),
  });
  frames.add({
    root: frontier.root,
    draw: () => {
      if (page !== null) frontier.draw(page, palette);
    },
  });
  const title = element("h1");
  const empty = element("p", { class: "quiet" });
  const groups = element("div", { class: "groups" });
  document.body.replaceChildren(
    element("main", {}, [title, runs.root, toolbar.root, empty, groups, frontier.root, pointBar.root, live]),
    tooltip.root,
  );

  const chartOf = (name: string): Chart => {
    const known = charts.get(name);
    if (known !== undefined) return known;
    const made: Chart = createChart(name, {
      ...{ texts, tooltip, tell, choose },
      say: (text) => (live.textContent = text),
      exportChart: (chart, kind) => exportChart(chart, kind, send),
    });
    charts.set(name, made);
    frames.add({
      root: made.root,
      draw: () => {
        made.resize();
        if (page !== null) made.draw(page, palette);
      },
    });
    return made;
  };

  const showGroups = (now: Page): void => {
    const wanted = chartGroups(now.state.runs);
    const key = JSON.stringify(wanted);
    if (key === shownGroups) return;
    shownGroups = key;
    const names = new Set(wanted.flatMap((each) => each.names));
    for (const [name, chart] of charts)
      if (!names.has(name)) {
        frames.remove(chart);
        chart.destroy();
        charts.delete(name);
      }
    groups.replaceChildren(
      ...wanted.map(({ group, names: own }) =>
        element("section", { class: "group" }, [
          element("h2", { text: group ?? texts.firstScreen }),
          element(
            "div",
            { class: "grid" },
            own.map((name) => chartOf(name).root),
          ),
        ]),
      ),
    );
  };

  new ResizeObserver(() => {
    for (const chart of charts.values()) chart.resize();
    frontier.resize();
  }).observe(groups);
  // The editor gives another theme as other classes and variables, without a word.
  new MutationObserver(() => {
    palette = readPalette();
    frames.invalidate();
    if (page !== null) runs.update(page, palette);
  }).observe(document.body, { attributeFilter: ["class"] });

  return {
    update: (now, hasNews) => {
      page = now;
      const { runs: shown } = now.state;
      setText(title, fill(texts.title, shown[0]?.about.name ?? ""));
      runs.update(now, palette);
      toolbar.update(now);
      pointBar.update(now);
      showGroups(now);
      frontier.prepare(now);
      const isEmpty = shown.every(({ columns }) => columns.iterations.length === 0);
      setText(empty, isEmpty ? (shown.length === 0 ? texts.empty : texts.waiting) : "");
      if (hasNews) frames.invalidate();
    },
  };
}
