import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A Python package index of one wheel on this machine. */
export interface WheelIndex {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** What is odd about it: the wheel's hash is wrong, it is refused, or the line breaks or stands still after half of it. */
export type IndexFault = "none" | "hash" | "refused" | "breaks" | "stalls";

export async function serveWheel(
  name: string,
  wheel: Buffer,
  fault: IndexFault = "none",
): Promise<WheelIndex> {
  const asked: string[] = [];
  const sha256 = createHash("sha256")
    .update(fault === "hash" ? "another" : wheel)
    .digest("hex");
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.endsWith("/")) {
      response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
      const files = [
        { filename: name, url: `../../files/${name}`, hashes: { sha256 }, size: wheel.length, yanked: false },
      ];
      response.end(JSON.stringify({ files }));
    } else if (fault === "refused") {
      response.statusCode = 403;
      response.end();
    } else if (fault === "breaks" || fault === "stalls") {
      open.add(response);
      response.setHeader("content-length", wheel.length);
      response.write(wheel.subarray(0, wheel.length / 2), () => fault === "breaks" && response.destroy());
    } else response.end(wheel);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const response of open) response.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
