import { env } from "vscode";
import type { Words } from "../report/reportParts";
import { problemText, t } from "./text";

/** Reports speak the editor's language. */
export const reportWords = (): Words => ({ t, problem: problemText, language: env.language });
