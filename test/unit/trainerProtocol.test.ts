import assert from "node:assert/strict";
import { encodeJson } from "../../extension/protocol/codec";
import { isProblem } from "../../extension/protocol/problem";
import {
  parseClientMessage,
  parseReply,
  parseServerMessage,
  protocolVersion,
  requestNames,
  versionMismatch,
} from "../../extension/protocol/trainerProtocol";
import { good } from "../support/fakeRuns";
import { requestExamples, serverMessageExamples, trainerMessageExamples } from "../support/protocolMessages";

/** The types a union knows, as its own refusal names them. */
function typesIn(message: unknown): string[] {
  assert.ok(isProblem(message));
  return /must be one of (.*), but is/.exec(message.message)?.[1].split(", ") ?? [];
}

describe("trainerProtocol", () => {
  it("every request has a parse case for its body and its reply", () => {
    assert.deepEqual(Object.keys(requestExamples).sort(), [...requestNames].sort());
    for (const name of requestNames) {
      const { body, reply } = requestExamples[name];
      const message = good(parseClientMessage(encodeJson({ type: "request", id: 9, name, body })));
      assert.deepEqual(message, { type: "request", id: 9, request: { name, body } });
      assert.deepEqual(good(parseReply(name, JSON.parse(encodeJson(reply)))), reply, name);
    }
  });

  it("every message of a trainer and every event has a parse case", () => {
    assert.deepEqual(typesIn(parseServerMessage('{"type":"?"}')), Object.keys(serverMessageExamples));
    assert.deepEqual(
      typesIn(parseServerMessage('{"type":"event","event":{"type":"?"}}')),
      Object.keys(trainerMessageExamples),
    );
    for (const message of Object.values(serverMessageExamples))
      assert.deepEqual(good(parseServerMessage(encodeJson(message))), message);
    for (const event of Object.values(trainerMessageExamples)) {
      const message = { type: "event", event };
      assert.deepEqual(good(parseServerMessage(encodeJson(message))), message);
    }
  });

  it("every message of a client has a parse case", () => {
    assert.deepEqual(typesIn(parseClientMessage('{"type":"?"}')), ["hello", "request"]);
    const hello = { type: "hello", protocolVersion: 3, token: "t", client: "c" };
    assert.deepEqual(good(parseClientMessage(encodeJson(hello))), hello);
  });

  it("a request with a bad body keeps its id, so that it can be answered", () => {
    const text = encodeJson({ type: "request", id: 5, name: "generate", body: { prompt: "x", k: 100 } });
    const message = good(parseClientMessage(text));
    assert.ok(message.type === "request" && message.id === 5 && isProblem(message.request));
    assert.match(
      message.request.message,
      /^the request generate: "k" must be a whole number from 1 to 64, but is 100\.$/,
    );
  });

  it("a request of an unknown name is refused with the names there are", () => {
    const message = parseClientMessage('{"type":"request","id":1,"name":"toString","body":{}}');
    assert.ok(isProblem(message));
    assert.match(message.message, /"name" must be one of start, pause, .* but is "toString"\.$/);
  });

  it("versionMismatch() says which side speaks what, and what to do", () => {
    assert.equal(versionMismatch(protocolVersion), null);
    const problem = versionMismatch(7);
    assert.ok(problem?.problem === "protocolMismatch");
    assert.match(
      problem.message,
      /^The trainer speaks protocol 1 and the client protocol 7: use the same version/,
    );
  });
});
