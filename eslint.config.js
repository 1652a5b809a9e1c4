import js from "@eslint/js"
import globals from "globals"

export default [
  { ignores: ["build/", "camrec/jupyter/", "node_modules/", "dist/", "videos/"] },
  js.configs.recommended,
  {
    files: ["camrec/dashboard/static/**/*.js", "camrec/web/**/*.js"],
    languageOptions: { ecmaVersion: 2023, globals: { ...globals.browser, Bokeh: "readonly", MediaStreamTrackGenerator: "readonly" } },
  },
  {
    files: ["tests/javascript/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2023, globals: globals.node },
  },
  {
    rules: {
      complexity: ["error", 16],
      curly: ["error", "multi-line"],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-depth": ["error", 3],
      "max-lines": ["error", { max: 250, skipComments: true, skipBlankLines: true }],
      "max-lines-per-function": ["error", { max: 80, skipComments: true, skipBlankLines: true }],
      "no-empty": ["error", { allowEmptyCatch: true }],
      "no-implicit-globals": "error",
      "no-restricted-syntax": [
        "error",
        // dashboard/bundler.py inlines named imports of modules beside, and named exports of what never changes.
        { selector: "ExportDefaultDeclaration", message: "The bundler takes named exports only." },
        { selector: "ExportNamedDeclaration[declaration=null]", message: "Export where it is declared." },
        { selector: "ExportNamedDeclaration > VariableDeclaration[kind!='const']", message: "Only constants are exported." },
        { selector: "ImportExpression", message: "The bundler does not inline import()." },
      ],
      "no-shadow": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["eslint.config.js"], rules: { "no-restricted-syntax": "off" } },
]
