'use strict';

/**
 * Runs the services' TypeScript without a compiler in memory: `node -r ./libs/runtime/compiled.cjs ENTRY.ts` takes what was compiled before and compiles only what is lacking;
 * `node libs/runtime/compiled.cjs` compiles everything. What was compiled is known by the text, so that nothing old is ever run. Positions in stack traces are looked up when one is shown.
 */
const { createHash } = require('node:crypto');
const { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join, relative } = require('node:path');

const ROOT = join(__dirname, '../..');
const FOLDER = process.env.EMDIA_COMPILED ?? join(ROOT, 'node_modules/.cache/emdia-compiled');
/** As `jest.config.cjs` has it, and the paths of `tsconfig.base.json`. */
const OPTIONS = {
  swcrc: false, configFile: false, sourceMaps: true, inlineSourcesContent: false, module: { type: 'commonjs' },
  jsc: {
    parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true }, target: 'es2022', keepClassNames: true,
    baseUrl: ROOT, paths: { '@emdia/*': ['./libs/*/src/index.ts'] },
  },
};
const SALT = readFileSync(join(ROOT, 'node_modules/@swc/core/package.json'), 'utf8') + JSON.stringify(OPTIONS);
/** Where the map of each file that was loaded is kept, then the map itself. */
const maps = new Map();

/** Another process may do the same at the same time. */
function keep(path, text) {
  try {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // Where nothing can be written, it is compiled again the next time.
  }
}

function compiled(filename) {
  const text = readFileSync(filename, 'utf8');
  const path = join(FOLDER, createHash('sha256').update(SALT).update(relative(ROOT, filename)).update('\0').update(text).digest('hex'));
  maps.set(filename, `${path}.map`);
  try {
    return readFileSync(`${path}.js`, 'utf8');
  } catch {
    const { code, map } = require('@swc/core').transformSync(text, { ...OPTIONS, filename });
    keep(`${path}.map`, map);
    keep(`${path}.js`, code);
    return code;
  }
}

function mapOf(filename) {
  const known = maps.get(filename);
  if (typeof known !== 'string') return known;
  let map;
  try {
    map = new Module.SourceMap(JSON.parse(readFileSync(known, 'utf8')));
  } catch {
    // Not kept: the position is that of the compiled text.
  }
  maps.set(filename, map);
  return map;
}

/** A call as a stack trace shows it, with its place in what people wrote. */
function placed(call) {
  const [file, line, column] = [call.getFileName(), call.getLineNumber(), call.getColumnNumber()];
  const { originalLine, originalColumn } = mapOf(file)?.findEntry(line - 1, column - 1) ?? {};
  return originalLine === undefined ? String(call) : String(call).replace(`${file}:${line}:${column}`, `${file}:${originalLine + 1}:${originalColumn + 1}`);
}

if (require.main === module) {
  for (const folder of ['apps', 'libs'])
    for (const name of readdirSync(join(ROOT, folder), { recursive: true }))
      if (name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.includes('node_modules')) compiled(join(ROOT, folder, name));
} else {
  Module._extensions['.ts'] = (module, filename) => module._compile(compiled(filename), filename);
  Error.prepareStackTrace = (error, calls) => [Error.prototype.toString.call(error), ...calls.map((call) => `    at ${placed(call)}`)].join('\n');
}
