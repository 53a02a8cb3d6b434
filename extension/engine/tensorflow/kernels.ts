/// <reference types="node" />
import type { KernelBackend } from "@tensorflow/tfjs-core";
import type { Addon } from "./addon";
import type { NativeBackend } from "./graphSteps";
import type { Messages } from "./messages";
import type { OpBackend } from "./tensorflowOps";

export interface BackendModule {
  readonly NodeJSKernelBackend: new (
    addon: Addon,
    packageName: string,
  ) => KernelBackend & NativeBackend & OpBackend & { readonly isUsingGpuDevice: boolean };
}

/* eslint-disable @typescript-eslint/no-require-imports -- of sources that are bundled but not checked: they are not ours, and run late. */

/**
 * Registers the kernels of `@tensorflow/tfjs-node-gpu` and gives its backend. `require` with a literal, so that they are bundled, and run when
 * this is called: an installed extension has no node_modules. Their sources, because what the package made of them is too old for classes. The
 * bundler gives them our own `@tensorflow/tfjs-core` where they ask for `@tensorflow/tfjs`, so that there is one core in a process. That
 * package would have registered the chained operations, which a few kernels call.
 */
export function loadKernels(): BackendModule {
  require("@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops");
  require("@tensorflow/tfjs-node-gpu/src/register_all_kernels");
  return require("@tensorflow/tfjs-node-gpu/src/nodejs_kernel_backend") as BackendModule;
}

/** The protocol buffers that the package has of TensorFlow's definitions. */
export function loadMessages(): Messages {
  return require("@tensorflow/tfjs-node-gpu/src/proto/api_pb") as Messages;
}
