import { createInterface } from "node:readline";
import { heldOutPrompts } from "../project/trainingData";
import { parseChatRequest, type ChatEvent, type ChatQuestion } from "../protocol/chatProtocol";
import { Problem, isProblem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import type { Outcome } from "./action";
import type { Chat } from "./chatCommand";
import { answerQuestion } from "./chatSession";
import type { LoadedModel } from "./loadForUse";

/** Serves a program: requests on standard input, one a line, answered in their order; events on standard output. Ends with its input. */
export async function chatByRequests(chat: Chat): Promise<Outcome> {
  const { models, context } = chat;
  const say = (event: ChatEvent): void =>
    context.output.emit({ type: "event", ...(event as unknown as { readonly [key: string]: JsonValue }) });
  const refuse = (id: string | null, model: string | null, { problem, message }: Problem): void =>
    say({ event: "problem", id, model, problem, message });
  const open = new Set<string>();
  const cancelled = new Set<string>();
  let answered = 0;
  let work = Promise.resolve();

  const answer = async (question: ChatQuestion): Promise<void> => {
    const { id } = question;
    for (const model of askedModels(models, question)) {
      const reply = await answerQuestion(
        model,
        { ...question, seed: question.seed ?? chat.seed },
        {
          ...chat.answer,
          onText: (text) => say({ event: "token", id, model: model.reference, text }),
          isCancelled: () => cancelled.has(id),
        },
      );
      if (isProblem(reply)) refuse(id, model.reference, reply);
      else say({ event: "answer", id, model: model.reference, ...reply, checkpointHash: model.hash });
      answered += isProblem(reply) ? 0 : 1;
    }
    open.delete(id);
    cancelled.delete(id);
  };
  const take = (line: string): void => {
    const request = parseChatRequest(line);
    if (isProblem(request)) refuse(null, null, request);
    else if ("cancel" in request) {
      if (open.has(request.cancel)) cancelled.add(request.cancel);
    } else if ("heldOut" in request) {
      const prompts = heldOutPrompts(context.project, context.config);
      if (isProblem(prompts)) refuse(null, null, prompts);
      else
        say({
          event: "heldOut",
          prompts: prompts.slice(0, request.heldOut).map(({ id, text }) => ({ id, text })),
        });
    } else {
      const wrong = wrongQuestion(request, models, open);
      if (wrong !== null) return refuse(request.id, request.model, wrong);
      open.add(request.id);
      work = work.then(() => answer(request));
    }
  };

  say({
    event: "ready",
    models: models.map(({ reference, hash, model }) => ({
      model: reference,
      checkpointHash: hash,
      context: model.shape.context,
    })),
  });
  const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of input) if (line.trim() !== "") take(line);
  await work;
  context.output.result({ answered }, "");
  return 0;
}

function askedModels(models: readonly LoadedModel[], { model }: ChatQuestion): readonly LoadedModel[] {
  return model === null ? models : models.filter(({ reference }) => reference === model);
}

function wrongQuestion(
  question: ChatQuestion,
  models: readonly LoadedModel[],
  open: ReadonlySet<string>,
): Problem | null {
  const { id, model } = question;
  if (open.has(id))
    return new Problem("invalidValue", `A question with the id "${id}" is open: give each one its own.`);
  if (askedModels(models, question).length > 0) return null;
  const names = models.map(({ reference }) => reference).join(", ");
  return new Problem("invalidValue", `The model "${model}" is not part of this chat, which has ${names}.`);
}
