import { rimRules } from './oxlint.rim-rules.mjs';

/**
 * Lint of the whole repository. `npm run check:lint` names this file, because only a .ts
 * configuration is found by itself and Node 20 cannot load one.
 */
export default {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error' },
  env: { es2024: true, node: true },
  ignorePatterns: ['dist/**', 'coverage/**', '.data/**', 'bench/results/**'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/return-await': 'error',
    'typescript/ban-ts-comment': 'error',
    // Nest's modules are classes that hold nothing but their decorator.
    'typescript/no-extraneous-class': ['error', { allowWithDecorator: true }],
    // The compiler tells a forgotten return; this rule trips over exhaustive switches.
    'typescript/consistent-return': 'off',
    // A `then` for its effect alone is no mistake in typed code.
    'promise/always-return': 'off',
    // Reading rows and JSON needs assertions at the rim; zod checks what comes from outside.
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-unassigned-import': ['error', { allow: ['reflect-metadata'] }],
    'import/no-named-as-default-member': 'off',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-underscore-dangle': 'off',
    // What a stranger posts is searched for control characters.
    'no-control-regex': 'off',
    // Sorting a fresh array in place is right; `readonly` keeps hands off the others.
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    // Helpers of one test or one function may stand where they are used.
    'unicorn/consistent-function-scoping': 'off',
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    // Vitest's `expect(value, message)` says which case of a table or property failed.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // A property that holds only under a condition says so where it holds.
    'vitest/no-conditional-expect': 'off',
    'vitest/valid-title': ['error', { ignoreTypeOfTestName: true, ignoreTypeOfDescribeName: true }],
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert*', '**.expect'] },
    ],
    // A property of fast-check, or a helper of a test, asserts outside the callback of `it`.
    'vitest/no-standalone-expect': 'off',
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    ...rimRules,
    {
      files: ['*.config.*', 'oxlint.*.mjs'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      // test/: a suite says what it lacks before it is left out.
      files: ['src/cli.ts', 'src/dev.ts', 'src/process.ts', 'bench/**', 'scripts/**', 'test/**'],
      rules: { 'no-console': 'off' },
    },
  ],
};
