import tseslint from "typescript-eslint";

// Randomness, clocks and synchronous read-backs live in named places only, so that a run depends on its config, data and seed alone.
const hiddenState = [
  { object: "Math", property: "random", message: "Draw from an Rng that is passed in." },
  { object: "Date", property: "now", message: "Take the clock as an argument." },
  ...["multinomial", "randomNormal", "randomUniform", "truncatedNormal", "dropout", "keep"].map(
    (property) => ({
      object: "tf",
      property,
      message: "Hidden draws and kept tensors are not allowed: see ARCHITECTURE.md.",
    }),
  ),
];
// On wasm a run is the same to the bit on any machine: transcendental functions come from algorithms/exactMath.ts or the kernels.
const inexactMath = [
  "exp",
  "log",
  "log1p",
  "log2",
  "log10",
  "expm1",
  "tanh",
  "sin",
  "cos",
  "tan",
  "pow",
  "atan2",
  "cbrt",
  "sinh",
  "cosh",
].map((property) => ({
  object: "Math",
  property,
  message: "Use algorithms/exactMath.ts: same bits on any machine.",
}));

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "extension/kernels/", "test/fixtures/", "media/"] },
  {
    files: ["extension/**/*.ts", "webviews/**/*.ts", "test/**/*.ts"],
    extends: [...tseslint.configs.recommended],
    languageOptions: {
      parserOptions: {
        project: ["extension/tsconfig.json", "webviews/tsconfig.json", "test/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
      ],
      "no-template-curly-in-string": "error",
      "prefer-const": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["extension/**/*.ts"],
    rules: { "no-restricted-properties": ["error", ...hiddenState, ...inexactMath] },
  },
  {
    files: ["webviews/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        ...hiddenState,
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment"].map((property) => ({
          property,
          message: "What a model or a file says is text, never markup: use textContent.",
        })),
        { object: "document", property: "write", message: "Build elements: see shared/dom.ts." },
      ],
      "no-eval": "error",
      "no-new-func": "error",
    },
  },
  {
    // exactMath is what the rule points to; gradients hands statistics out of the tape's scope, the one place that keeps tensors.
    files: ["extension/algorithms/exactMath.ts", "extension/engine/gradients.ts"],
    rules: { "no-restricted-properties": "off" },
  },
  {
    files: ["extension/assets.d.ts", "extension/globals.d.ts", "webviews/assets.d.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: {
      "no-restricted-syntax": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "off",
      "@typescript-eslint/no-floating-promises": "off",
    },
  },
);
