/**
 * Tells Nx the projects: every folder of apps/ and libs/ that is one, found by its entry, named after the folder. In place
 * of a project.json in each, which would all say the same and be forgotten in the next one.
 */
module.exports.createNodesV2 = [
  '{apps/*/src/main.ts,libs/*/src/index.ts,libs/embedded/README.md}',
  (files) =>
    files.map((file) => {
      const root = file.split('/').slice(0, 2).join('/');
      const [folder, name] = root.split('/');
      const test = { executor: 'nx:run-commands', options: { command: `npx jest ${root}` } };
      const project = { root, name, sourceRoot: `${root}/src`, projectType: folder === 'apps' ? 'application' : 'library', targets: { test } };
      return [file, { projects: { [root]: project } }];
    }),
];
