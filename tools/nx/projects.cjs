const path = require('node:path');

/**
 * Tells Nx the projects: every folder of apps/ and libs/ that has an index.ts is one, named after the folder. In place
 * of a project.json in each, which would all say the same and be forgotten in the next one.
 */
module.exports.createNodesV2 = [
  '{apps,libs}/*/src/index.ts',
  (files) =>
    files.map((file) => {
      const root = path.dirname(path.dirname(file));
      const [folder, name] = root.split('/');
      const test = { executor: 'nx:run-commands', options: { command: `npx jest ${root}` } };
      const project = { root, name, sourceRoot: `${root}/src`, projectType: folder === 'apps' ? 'application' : 'library', targets: { test } };
      return [file, { projects: { [root]: project } }];
    }),
];
