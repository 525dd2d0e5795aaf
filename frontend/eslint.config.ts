import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import skipFormatting from '@vue/eslint-config-prettier/skip-formatting'
import pluginVue from 'eslint-plugin-vue'

/** What a layer must not import; layers may only look downwards: pages, features, services, shared. */
const generatedRuntime = {
  group: ['@generated/*'],
  allowTypeImports: true,
  message: 'Only services import the generated clients at run time.',
}
const chartLibrary = {
  regex: '^klinecharts(/|$)',
  message: 'Only features/chart/klinecharts imports klinecharts.',
}
const insideFeatures = {
  group: ['@/features/*/*'],
  message: 'A feature is entered through its index.ts.',
}
const layer = (name: string) => ({
  group: [`@/${name}`, `@/${name}/**`],
  message: `This layer must not import ${name}.`,
})
const restrict = (...patterns: object[]) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }] as ['error', object],
})

export default defineConfigWithVueTs(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**'] },
  pluginVue.configs['flat/recommended'],
  vueTsConfigs.strictTypeChecked,
  vueTsConfigs.stylisticTypeChecked,
  {
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/define-macros-order': 'error',
      'vue/no-unused-refs': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: restrict(generatedRuntime, chartLibrary, insideFeatures),
  },
  {
    files: ['src/features/**/*.{ts,vue}'],
    rules: restrict(
      generatedRuntime,
      chartLibrary,
      insideFeatures,
      layer('pages'),
      layer('app'),
      layer('layouts'),
    ),
  },
  {
    files: ['src/features/chart/klinecharts/**/*.ts'],
    rules: restrict(
      generatedRuntime,
      insideFeatures,
      layer('pages'),
      layer('app'),
      layer('layouts'),
    ),
  },
  {
    files: ['src/services/**/*.ts'],
    rules: restrict(
      chartLibrary,
      layer('features'),
      layer('pages'),
      layer('app'),
      layer('layouts'),
    ),
  },
  {
    files: ['src/shared/**/*.{ts,vue}'],
    rules: restrict(
      generatedRuntime,
      chartLibrary,
      layer('services'),
      layer('features'),
      layer('pages'),
      layer('app'),
      layer('layouts'),
    ),
  },
  { files: ['src/mocks/**/*.ts'], rules: restrict(chartLibrary) },
  skipFormatting,
)
