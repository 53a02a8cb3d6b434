import type { Command } from "commander";
import { labelQuality, type LabelQuality } from "../data/labelQuality";
import { labelQualitySections } from "../data/labelQualityReport";
import type { ReportSection } from "../data/reportText";
import { noBatch } from "../project/readItems";
import { readLabels, readScreening } from "../project/readLabels";
import { inEnglish } from "../protocol/fieldValue";
import { isProblem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import { labelFiles } from "../runs/labelFiles";
import { action } from "./action";
import { areProblems, openProject } from "./globalFlags";
import type { OpenOutput } from "./output";
import { table } from "./table";

interface AgreementOptions {
  readonly batch?: readonly string[];
  readonly heldOut?: readonly string[];
}

export function registerAgreement(program: Command, openOutput: OpenOutput): void {
  program
    .command("agreement")
    .option("--batch <name...>", "batches in labels/ (default: all of them)")
    .option("--held-out <labelers...>", "labelers who are reported apart (default: labeling.heldOutLabelers)")
    .description("how far labelers agree, with gold items and with themselves, and what stands out")
    .addHelpText("after", "\nExample:\n  rlhf agreement --batch monday --held-out jin mina")
    .action(
      action<AgreementOptions>(openOutput, ({ output, flags, options }) => {
        const context = openProject(flags, output);
        if (areProblems(context)) return context;
        const { project, config } = context;
        const known = labelFiles(project).map(({ batch }) => batch);
        const unknown = options.batch?.find((batch) => !known.includes(batch));
        if (unknown !== undefined || known.length === 0) return noBatch(project, unknown);
        const labels = readLabels(project, options.batch);
        if (isProblem(labels)) return labels;
        const screening = readScreening(project);
        if (areProblems(screening)) return screening;
        const quality = labelQuality(labels, {
          ...screening,
          heldOut: new Set(options.heldOut ?? config.labeling.heldOutLabelers),
        });
        output.result(
          jsonOf(quality),
          labelQualitySections(quality, inEnglish).map(sectionText).join("\n\n"),
        );
        return 0;
      }),
    );
}

/** A report is plain JSON, which interfaces do not say of themselves. */
function jsonOf(quality: LabelQuality): { readonly [key: string]: JsonValue } {
  return quality as unknown as { readonly [key: string]: JsonValue };
}

function sectionText({ title, table: rows, lines }: ReportSection): string {
  const cells =
    rows && rows.rows.length > 0
      ? table(
          rows.head,
          rows.rows.map((row) => row.map(shown)),
        )
      : "";
  return [shown(title), cells, ...lines.map(shown)].filter((part) => part !== "").join("\n");
}

/** Names, ids and prompts come from files: no control characters reach the terminal. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim();
}
