/** What may import what. `tools/fences/fences.spec.ts` proves that each rule can go red. */
/** Specs, and what is written for them alone. */
const SPEC = '\\.spec\\.ts$|/(test|scenarios|simulator)/';

module.exports = {
  forbidden: [
    {
      name: 'app-imports-app',
      comment: 'Services talk by events and HTTP, never by import.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'standalone-behind-index',
      comment: 'The standalone process takes the services whole, by their index.ts.',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: ['^apps/standalone/', '^apps/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'lib-imports-app',
      comment: 'Libraries know nothing of the services.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'auditor-shares-code',
      comment: 'The auditor recomputes the laws; with the code it audits it would repeat its mistakes.',
      severity: 'error',
      from: { path: '^apps/auditor/' },
      to: { path: ['^libs/messaging/', '^libs/[^/]*gate', '^libs/.*/[^/]*gate[^/]*\\.ts$'] },
    },
    {
      name: 'chaos-shares-code',
      comment: 'The oracle judges the services; with their code it would repeat their mistakes. It knows them by Kafka, Postgres and HTTP alone.',
      severity: 'error',
      from: { path: '^chaos/' },
      to: { path: ['^apps/', '^libs/(?!embedded/)'] },
    },
    {
      name: 'measuring-in-production',
      comment: 'The benchmark and chaos measure what runs; what runs does not know them.',
      severity: 'error',
      from: { path: '^(apps|libs|tools)/' },
      to: { path: '^(bench|chaos)/' },
    },
    {
      name: 'contracts-import-only-schemas',
      comment: 'Contracts are read by every service and by generators: schemas (TypeBox, ajv) and derived ids (SHA-1), no more.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: SPEC },
      to: { pathNot: ['^libs/contracts/src/', 'node_modules/@sinclair/typebox/', 'node_modules/ajv(-formats)?/', 'node_modules/uuid/', '^crypto$'] },
    },
    {
      name: 'lib-behind-index',
      comment: 'Libraries are entered by their index.ts (the alias @emdia/<lib>).',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^$1/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'testing-outside-tests',
      comment: 'What the tests need is not part of what runs.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^libs/testing/'] },
      to: { path: '^libs/testing/src/' },
    },
    {
      name: 'dev-dependency-in-production',
      comment: 'It is not installed there; types are not needed there.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^libs/testing/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'unresolvable',
      comment: 'An import that cannot be resolved would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'circular',
      comment: 'What needs each other is one thing, or wants a third. Types are erased, so a cycle through one is none.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'import', 'node', 'default', 'types'] },
  },
};
