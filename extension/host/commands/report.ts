import type { CommandBody } from "../commands";
import { showReport, type ReportKind } from "../reports";
import { t } from "../text";
import { runFor } from "./givenRun";

/** A command that shows a report about one run. */
const reportOn =
  (kind: ReportKind, title: () => string): CommandBody =>
  async (host, given) => {
    const entry = await runFor(host, given, { title: title() });
    if (entry) await showReport(kind, [entry]);
  };

export const openReport = reportOn("report", () => t("Report on which run?"));
