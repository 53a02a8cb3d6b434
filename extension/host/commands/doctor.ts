import { isObject } from "../../protocol/codec";
import { window } from "vscode";
import { callCli } from "../cliProcess";
import type { CommandBody } from "../commands";
import { markdownText } from "../markdown";
import { showText } from "../reports";
import { orSay } from "../say";
import { problemText, t } from "../text";

/** What works on this machine, as a document: the machine, the place, and each backend with the reason where it does not work. */
export const showDoctor: CommandBody = async (host) => {
  const { log, projects } = host;
  const project = projects.all()[0];
  const { result } = await window.withProgress({ location: { viewId: "rlhf.runs" } }, () =>
    callCli({ words: ["doctor"], ...(project && { project }), onError: (line) => log.info(line) }),
  );
  const found = orSay(host, result);
  if (found !== undefined) await showText("doctor", doctorReport(found));
};

function doctorReport({ version, machine, place, backends }: Readonly<Record<string, unknown>>): string {
  const facts = (object: unknown): string[] =>
    isObject(object)
      ? Object.entries(object).map(
          ([key, value]) => `- ${markdownText(`${key}: ${problemText(shown(value))}`)}`,
        )
      : [];
  const all = Array.isArray(backends) ? backends.filter(isObject) : [];
  return [
    `# ${markdownText(`RLHF Workbench ${shown(version)}`)}`,
    `## ${t("Machine")}`,
    facts(machine).join("\n"),
    `## ${t("Place")}`,
    facts(place).join("\n"),
    ...all.flatMap((backend) => [
      `## ${markdownText(`${shown(backend.name)}: ${backend.ok === true ? t("works") : t("does not work")}`)}`,
      facts(backend).join("\n"),
    ]),
  ].join("\n\n");
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
