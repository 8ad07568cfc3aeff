import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Where the environment may be read and the process ended: the entry points. */
const ENTRY_POINTS = [
  'src/main.ts',
  'src/cli/**/*.ts',
  'src/inference/llama-child.ts',
  'src/page/vite.config.ts',
  'src/reference/vite.config.ts',
]

const NO_PROCESS = [
  {
    object: 'process',
    property: 'env',
    message: 'Only config.ts, called by an entry point, sees the environment.',
  },
  { object: 'process', property: 'exit', message: 'Only an entry point ends the process.' },
]

export default defineConfig([
  globalIgnores([
    ...['dist/', '.cache/', 'data/', 'models/', 'node_modules/'],
    // What tests read byte for byte.
    ...['test/fixtures/', 'test/conformance/reference/'],
  ]),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // @NOTE a docstring says more about an index signature or a record than the choice between them does.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ENTRY_POINTS,
    rules: { 'no-restricted-properties': ['error', ...NO_PROCESS] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // @NOTE a test may say "this is there": if it is not, the test fails, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['scripts/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
])
