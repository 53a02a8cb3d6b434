import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir, release } from "node:os";
import { join } from "node:path";
import {
  anything,
  decodeText,
  finiteNumber,
  isObject,
  listOf,
  nullable,
  object,
  recordOf,
  string,
  withDefault,
} from "../protocol/codec";
import { isProblem, Problem } from "../protocol/problem";
import type { IndexFile, WheelMachine } from "./chooseWheel";

const defaultIndex = "https://pypi.org/simple";

/** The index that pip is configured for: its variable, else the user's or the machine's pip.conf, else pypi.org. */
export function configuredIndex(
  env: Readonly<Record<string, string | undefined>> = process.env,
  read: (file: string) => string | null = readIfThere,
): string {
  const config = env.XDG_CONFIG_HOME || join(homedir(), ".config");
  const files = [
    env.PIP_CONFIG_FILE,
    join(config, "pip/pip.conf"),
    join(homedir(), ".pip/pip.conf"),
    "/etc/pip.conf",
  ];
  const fromFiles = files.map((file) =>
    file ? /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(read(file) ?? "")?.[1] : undefined,
  );
  const found = env.PIP_INDEX_URL || fromFiles.find((url) => url !== undefined) || defaultIndex;
  return found.replace(/\/+$/, "");
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The files of a package, by PEP 691 (JSON) or, from an index that has no JSON, PEP 503 (HTML). */
export async function listPackage(
  index: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly IndexFile[] | Problem> {
  const url = `${index}/${name}/`;
  const fetched = await get(url, signal, {
    accept: "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1",
  });
  if (isProblem(fetched)) return fetched;
  let text: string;
  try {
    text = await fetched.text();
  } catch (error) {
    return unreachable(url, error, signal);
  }
  return fetched.headers.get("content-type")?.includes("json")
    ? filesOfJson(text, fetched.url || url)
    : filesOfHtml(text, fetched.url || url);
}

/** One request; a refusal is a problem that names the place without a password that may be in it. */
export async function get(
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response | Problem> {
  try {
    const address = new URL(url);
    const { username, password } = address;
    address.username = address.password = "";
    const login =
      username === ""
        ? {}
        : { authorization: ["Basic", btoa(decodeURIComponent(`${username}:${password}`))].join(" ") };
    const response = await fetch(address, { signal, headers: { ...headers, ...login } });
    if (response.ok) return response;
    await response.body?.cancel();
    return new Problem("refused", `${shownUrl(url)} refuses the download (${response.status}).`);
  } catch (error) {
    return unreachable(url, error, signal);
  }
}

export function unreachable(url: string, error: unknown, signal: AbortSignal): Problem {
  if (signal.aborted) return interrupted();
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new Problem("connectionLost", `${shownUrl(url)} cannot be fetched: ${detail}.`);
}

export const interrupted = (): Problem =>
  new Problem("interrupted", "The setup was interrupted; nothing was kept. Run it again to start over.");

export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

const indexPage = object({
  files: listOf(
    object({
      filename: string,
      url: string,
      hashes: recordOf(string),
      size: nullable(finiteNumber),
      yanked: withDefault(anything, false),
    }),
  ),
});

export function filesOfJson(text: string, where: string): readonly IndexFile[] | Problem {
  const page = decodeText(indexPage, text, where);
  if (isProblem(page)) return page;
  const readable = page.files.filter(({ url }) => URL.canParse(url, where));
  return readable.map(({ filename, url, hashes, size, yanked }) => ({
    name: filename,
    url: new URL(url, where).href,
    sha256: hexOf(hashes.sha256),
    size,
    isYanked: yanked !== false,
  }));
}

function hexOf(value: unknown): string | null {
  return typeof value === "string" && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : null;
}

export function filesOfHtml(text: string, where: string): readonly IndexFile[] {
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes, name]) => {
    const href = /href\s*=\s*"([^"]*)"/i.exec(attributes)?.[1].replaceAll("&amp;", "&");
    if (href === undefined || !URL.canParse(href, where)) return [];
    const url = new URL(href, where);
    const sha256 = hexOf(/sha256=(\w+)/.exec(url.hash)?.[1]);
    url.hash = "";
    return [
      { name: name.trim(), url: url.href, sha256, size: null, isYanked: /data-yanked/i.test(attributes) },
    ];
  });
}

export function thisMachine(): WheelMachine {
  const { platform, arch } = process;
  const report = platform === "linux" ? (process.report.getReport() as unknown) : null;
  const header = isObject(report) && isObject(report.header) ? report.header : {};
  const glibc = typeof header.glibcVersionRuntime === "string" ? header.glibcVersionRuntime : null;
  return { platform, arch, glibc, macos: platform === "darwin" ? macosVersion() : null };
}

function macosVersion(): string {
  try {
    return execFileSync("sw_vers", ["-productVersion"], { encoding: "utf8" }).trim();
  } catch {
    return release();
  }
}
