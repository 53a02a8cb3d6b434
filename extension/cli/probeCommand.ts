import type { Command } from "commander";
import { createInterface } from "node:readline";
import { parseProbeRequest, type ProbeEvent, type ProbeRequest } from "../protocol/probeProtocol";
import { isProblem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { areProblems, openProject } from "./globalFlags";
import { isSameTemplate, loadForUse } from "./loadForUse";
import type { OpenOutput } from "./output";
import { explainScore, runningScores } from "./probeModel";

export function registerProbe(program: Command, openOutput: OpenOutput): void {
  program
    .command("probe")
    .argument("<reward-model>", "models/NAME, RUN, RUN@N or a folder")
    .description("score answers as they are typed, with what each word and some changes of them do")
    .addHelpText(
      "after",
      '\nReads {"id","prompt","response"} from standard input, one a line; the newest counts. Events come with --json.\nPrompts are laid out as its run laid them out for the model (data.promptBefore and data.promptAfter of its own settings), as in rlhf inspect and rlhf score; those of models/NAME and of a folder as rlhf.json says.\n\nExample:\n  rlhf probe rm-20260131T120000Z-1a2b --json < probes.jsonl',
    )
    .action(action<object, readonly [string]>(openOutput, probe));
}

async function probe({
  output,
  flags,
  words: [reference],
}: Call<object, readonly [string]>): Promise<Outcome> {
  const context = openProject(flags, output);
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const loaded = await loadForUse(context, reference, "score");
  if (isProblem(loaded)) return loaded;
  const say = (event: ProbeEvent): void => {
    output.emit({ type: "event", ...(event as unknown as { readonly [key: string]: JsonValue }) });
    if (event.event === "scored") output.line(String(event.score));
    else if (event.event === "problem") output.line(event.message);
  };
  let newest: ProbeRequest | null = null;
  let answered = 0;
  let work = Promise.resolve();

  /** Between its two halves a newer request may have come, whose score is wanted sooner than this one's reasons. */
  const answer = async (request: ProbeRequest): Promise<void> => {
    if (request !== newest) return;
    const { id } = request;
    const scored = await runningScores(loaded, request);
    if (isProblem(scored)) return say({ event: "problem", id, message: scored.message });
    answered++;
    say({ event: "scored", id, ...scored });
    await new Promise(setImmediate); // lets lines that wait be read
    if (request === newest) say({ event: "explained", id, ...(await explainScore(loaded, request)) });
  };

  if (!isSameTemplate(loaded.template, context.config.data))
    output.line(
      `prompts are laid out as ${reference} had them; data.promptBefore or data.promptAfter of rlhf.json is another now`,
    );
  say({ event: "ready", model: reference, context: loaded.model.shape.context });
  const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of input) {
    if (line.trim() === "") continue;
    const request = parseProbeRequest(line);
    if (isProblem(request)) say({ event: "problem", id: null, message: request.message });
    else {
      newest = request;
      work = work.then(() => answer(request));
    }
  }
  await work;
  loaded.dispose();
  output.result({ answered }, "");
  return 0;
}
