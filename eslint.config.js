import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// Imports go down only: client, workers → workflows, activities → catalog → core.
const layers = {
  core: ['catalog', 'activities', 'workflows', 'workers', 'client'],
  catalog: ['activities', 'workflows', 'workers', 'client'],
  activities: ['workers', 'client'],
  workflows: ['catalog', 'workers', 'client'],
  workers: ['client'],
};
const zones = Object.entries(layers).flatMap(([target, above]) =>
  above.map((from) => ({
    target: `./${target}`,
    from: `./${from}`,
    // The catalog's interface is types alone: workflows name its records without loading the database.
    ...(target === 'workflows' && from === 'catalog' && { except: ['./catalog.ts'] }),
    message: `Imports go down only: ${target}/ may not know ${from}/.`,
  })),
);

const nodeBuiltins = { regex: '^node:', message: 'Workflows run in a sandbox without Node.' };
const runtimes = {
  group: ['@temporalio/*', '@prisma/*', 'prisma', 'prisma/*', '**/generated/**'],
  message: 'core/ is the domain: it knows neither Temporal nor Prisma.',
};
// What workflow code may take values from: the contracts, the errors, and modules of core/ that only compute on plain data.
const lightCore = [
  'entry-of',
  'errors',
  'evaluation/left-out',
  'evaluation/main-measure',
  'evaluation/promotion',
  'json',
  'passing-codes',
  'job',
  'training',
  'validation',
  'planner',
];
const onlyTypes = [
  {
    group: ['**/activities/**'],
    allowTypeImports: true,
    message: 'Workflows import activities as types only.',
  },
  {
    regex: `^(\\.\\./)+core/(?!(${lightCore.join('|')})(/|\\.))`,
    allowTypeImports: true,
    message: `Workflows import values only from light modules of core/ (${lightCore.join(', ')}).`,
  },
];

export default tseslint.config(
  {
    ignores: ['dist/', 'coverage/', '**/generated/', '.amalur/', 'examples/**/data/', 'test/fixtures/**'],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    // Sources name each other by the .js that they become.
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } })],
    },
    languageOptions: {
      parserOptions: { project: './tsconfig.all.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Arrow functions for their effect, and process.env['X'] under noPropertyAccessFromIndexSignature, are fine.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Interfaces with asynchronous methods have implementations that happen to need no await.
      '@typescript-eslint/require-await': 'off',
      // Constant loops that end by return or break say what they mean.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Type parameters that are used once still document what is meant.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Under noUncheckedIndexedAccess a kernel says a[i]! where it knows its bounds; every other ! hides a case.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: 'TSNonNullExpression > :not(MemberExpression[computed=true]).expression',
          message: 'Only an indexed element may be asserted with !.',
        },
      ],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [runtimes] }] },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [nodeBuiltins, ...onlyTypes] }],
    },
  },
  {
    // Tests reach into what they test, and fail loudly where a value is missing.
    files: ['test/**/*.ts', '*.config.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-syntax': 'off',
    },
  },
);
