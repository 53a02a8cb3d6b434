import { referenceOps } from "./referenceOps";
import type { TransformerOps } from "./transformerOps";

let active: TransformerOps = referenceOps;

/** The operations of the backend that runs now. */
export function ops(): TransformerOps {
  return active;
}

/** Called by `backend.ts` alone, when the backend changes. */
export function setOps(next: TransformerOps): void {
  active = next;
}
