import { Problem } from "../protocol/problem";
import type { ReplyOf, RequestName, TypedRequest } from "../protocol/trainerProtocol";

export type Answer = ReplyOf<RequestName> | Problem;

export interface PendingRequest {
  readonly request: TypedRequest;
  readonly answer: (answer: Answer) => void;
}

/** Requests that wait for the moment between two optimizer steps. */
export class RequestQueue {
  private readonly pending: PendingRequest[] = [];
  private wakeUp: () => void = () => undefined;

  /** Resolves with the answer once the request has been taken and answered. */
  push(request: TypedRequest): Promise<Answer> {
    return new Promise((answer) => {
      this.pending.push({ request, answer });
      this.wake();
    });
  }

  take(): PendingRequest | undefined {
    return this.pending.shift();
  }

  /** Ends a wait although no request came. */
  wake(): void {
    this.wakeUp();
  }

  /** Waits for a request or a wake, whichever comes first. */
  wait(): Promise<void> {
    if (this.pending.length > 0) return Promise.resolve();
    return new Promise((resolve) => (this.wakeUp = resolve));
  }

  refuseAll(message: string): void {
    for (const { answer } of this.pending.splice(0)) answer(new Problem("wrongState", message));
  }
}
