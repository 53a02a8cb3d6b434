import { createInterface } from "node:readline";
import { isProblem } from "../protocol/problem";
import type { Outcome } from "./action";
import type { Chat } from "./chatCommand";
import { answerQuestion } from "./chatSession";

/** Serves a person: a prompt a line, the answers as they are sampled. Ctrl-C ends a running answer, and between two answers the chat. */
export async function chatByLines({ context, models, answer, seed }: Chat): Promise<Outcome> {
  const { output } = context;
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const input = createInterface({
    input: process.stdin,
    ...(isTerminal && { output: process.stdout, prompt: "> " }),
    crlfDelay: Infinity,
  });
  let isAnswering = false;
  let isCancelled = false;
  input.on("SIGINT", () => {
    if (isAnswering) isCancelled = true;
    else input.close();
  });
  if (isTerminal) output.line("A prompt a line; Ctrl-C stops an answer, Ctrl-D ends the chat.");
  let asked = 0;
  input.prompt();
  for await (const line of input) {
    if (line.trim() !== "") {
      [isAnswering, isCancelled] = [true, false];
      const question = {
        id: String(asked++),
        prompt: line,
        model: null,
        seed,
        temperature: null,
        responseTokens: null,
      };
      for (const model of models) {
        output.piece(models.length > 1 ? `${model.reference}: ` : "");
        const reply = await answerQuestion(model, question, {
          ...answer,
          onText: (text) => output.piece(printable(text)),
          isCancelled: () => isCancelled,
        });
        if (isProblem(reply)) output.problem(reply);
        else output.piece(reply.endReached ? "\n" : " …\n");
      }
      isAnswering = false;
    }
    input.prompt();
  }
  return 0;
}

/** What a model says may hold any byte; control characters other than line ends and tabs could steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}
