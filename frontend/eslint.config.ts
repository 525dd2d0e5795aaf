import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import skipFormatting from '@vue/eslint-config-prettier/skip-formatting'
import pluginVue from 'eslint-plugin-vue'

/** What must not be imported. Layers only look downwards: app, layouts and pages, features, services, shared. */
const GENERATED = {
  group: ['@generated/*'],
  allowTypeImports: true,
  message: 'Only services import the generated clients at run time.',
}
const CHART_LIBRARY = {
  regex: '^klinecharts(/|$)',
  message: 'Only features/chart/klinecharts imports klinecharts.',
}
const INSIDE_FEATURES = {
  group: ['@/features/*/*'],
  message: 'A feature is entered through its index.ts.',
}
const NEIGHBORS = { regex: '^\\.\\./', message: 'Another feature is entered as @/features/….' }
const OTHER_LAYERS = {
  regex: '^(\\.\\./)+(app|pages|layouts|features|services|mocks|shared)(/|$)',
  message: 'Another layer is reached through @/.',
}
const MOCKS = { group: ['@/mocks/*'], message: 'Only tests import mocks.' }
const layers = (...names: string[]) => ({
  group: names.flatMap((name) => [`@/${name}`, `@/${name}/**`]),
  message: 'This layer must not look so far up.',
})

const ALWAYS = [INSIDE_FEATURES, OTHER_LAYERS, MOCKS]
const ABOVE_FEATURES = layers('app', 'layouts', 'pages')
const ABOVE_SERVICES = layers('app', 'layouts', 'pages', 'features')
const ABOVE_SHARED = layers('app', 'layouts', 'pages', 'features', 'services')

const forbid = (files: string, ...patterns: object[]) => ({
  files: [files],
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }] as ['error', object],
  },
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
  forbid('src/**/*.{ts,vue}', ...ALWAYS, GENERATED, CHART_LIBRARY),
  forbid(
    'src/features/**/*.{ts,vue}',
    ...ALWAYS,
    GENERATED,
    CHART_LIBRARY,
    NEIGHBORS,
    ABOVE_FEATURES,
  ),
  forbid('src/features/chart/klinecharts/**/*.ts', ...ALWAYS, GENERATED, ABOVE_FEATURES),
  forbid('src/services/**/*.ts', ...ALWAYS, CHART_LIBRARY, ABOVE_SERVICES),
  forbid('src/shared/**/*.{ts,vue}', ...ALWAYS, GENERATED, CHART_LIBRARY, ABOVE_SHARED),
  forbid('src/mocks/**/*.ts', CHART_LIBRARY),
  forbid('src/**/*.spec.ts', CHART_LIBRARY, INSIDE_FEATURES, OTHER_LAYERS),
  skipFormatting,
)
