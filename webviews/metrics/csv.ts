import { unionOf, type Line } from "./lines";

/** All values of a chart's lines, a column each (RFC 4180); empty where a line has none. */
export function csvOf(axis: string, lines: readonly Pick<Line, "label" | "role" | "x" | "y">[]): string {
  const x = unionOf(lines.map((line) => line.x));
  const columns = lines.map((line) => {
    const cells = new Array<string>(x.length).fill("");
    let at = 0;
    for (let i = 0; i < line.x.length; i++) {
      while (x[at] < line.x[i]) at++;
      cells[at] = String(line.y[i]);
    }
    return cells;
  });
  const names = lines.map(({ label, role }) => (role === "values" ? label : `${label} ${role}`));
  const rows = [...x].map((place, i) => [String(place), ...columns.map((cells) => cells[i])]);
  return [[axis, ...names], ...rows].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
