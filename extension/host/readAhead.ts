import { open } from "node:fs/promises";

/**
 * A file's text, read at once on another thread, so that messages go out meanwhile; `readFile` would come back for every half megabyte. Null
 * where it cannot be read whole, which whoever needs it finds out again, and says.
 */
export async function readAhead(path: string): Promise<string | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, 0);
    return bytesRead === size ? buffer.toString("utf8") : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
