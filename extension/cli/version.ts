import { version } from "../../package.json";

/** The version of this build, as run manifests store it. */
export const codeVersion: string = version;
