import { integer, number } from "./configField";
import { positive } from "./sharedFields";

// The final evaluation.

export const evaluateFields = {
  prompts: integer(200, positive, { doc: "Test prompts, seeded choice.", paper: "3,196 (Table 9)" }),
  fewShot: integer(
    0,
    { min: 0, max: 16 },
    {
      doc: "Demonstrations put before every prompt, as for a base model that was never tuned; fewer where the context is too short.",
      paper: "GPT-3 (prompted) (§3.5)",
    },
  ),
  responseTokens: integer(32, positive, { doc: "Longest response.", unit: "tokens", paper: "1,000" }),
  temperature: number(
    1,
    { min: 0, max: 5 },
    { doc: "Sampling temperature; 0 takes the likeliest token.", paper: "1 for InstructGPT (App. F)" },
  ),
} as const;
