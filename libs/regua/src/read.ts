import Ajv, { type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { Regua } from './document';
import { at, written, type Finding, type Path } from './findings';

/** A document as read, or what keeps it from being one. */
export type Read = { readonly regua: Regua; readonly findings: readonly [] } | { readonly regua: null; readonly findings: readonly Finding[] };

const ajv = addFormats(new Ajv({ strict: true, allErrors: true, discriminator: true, verbose: true }), ['date']);
const validate = ajv.compile<Regua>(Regua);

const TEXT_CHARS_MAX = 200_000;
const FINDINGS_MAX = 50;

/** Reads a régua from YAML or JSON text (JSON is YAML), each finding with its line. Never throws. */
export function readRegua(text: string): Read {
  if (text.length > TEXT_CHARS_MAX) return unreadable('', `It has ${text.length} characters.`, `A régua has at most ${TEXT_CHARS_MAX}.`);
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const [wrong] = [...parsed.errors, ...parsed.warnings];
  if (wrong) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    return unreadable(text.split('\n')[line - 1]?.trim().slice(0, 80) ?? '', `${wrong.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '')} (line ${line}, column ${col}).`, 'Correct the line; names stand before a colon, lists behind dashes, indented by spaces.', line);
  }
  let value: unknown;
  try {
    value = parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return unreadable('', (error as Error).message, 'Write the repeated parts out.');
  }
  const read = checkRegua(value);
  if (read.regua) return read;
  return { regua: null, findings: read.findings.map((finding) => ({ ...finding, ...lineOf(parsed, lines, pathsOf.get(finding) ?? []) })) };
}

/** Checks a value that was parsed before against the schema. Never throws. */
export function checkRegua(value: unknown): Read {
  if (validate(value)) return isStorable(value) ? { regua: value, findings: [] } : unreadable('', 'A text holds a NUL character or half a character.', 'Take it out: no database keeps it.');
  return { regua: null, findings: findingsOf(validate.errors!, value) };
}

/** What a schema found wrong with a value, as people read it; the validator must be `verbose`. */
export function findingsOf(errors: readonly ErrorObject[], value: unknown): readonly Finding[] {
  // An alternative that failed says nothing beyond what its parts say.
  const told = errors.filter(({ keyword, schemaPath }) => keyword !== 'oneOf' && !schemaPath.includes('/anyOf/'));
  return told.slice(0, FINDINGS_MAX).map((error) => findingOf(error, value));
}

const isStorable = (value: unknown): boolean =>
  typeof value === 'string' ? !value.includes('\0') && value.isWellFormed() : typeof value !== 'object' || value === null || Object.entries(value).every((pair) => pair.every(isStorable));

const unreadable = (value: string, problem: string, remedy: string, line?: number): Read => ({
  regua: null,
  findings: [{ severity: 'refuse', rule: 'unreadable', path: '', value, problem, remedy, ...(line ? { line } : {}) }],
});

const pathsOf = new WeakMap<Finding, Path>();

function findingOf(error: ErrorObject, document: unknown): Finding {
  const told = tell(error);
  const path = [...pathOf(error.instancePath, document), ...(told.within === undefined ? [] : [told.within])];
  const finding: Finding = { severity: 'refuse', rule: 'schema', path: written(path), value: at(document, path) ?? null, problem: told.problem, remedy: told.remedy };
  pathsOf.set(finding, path);
  return finding;
}

/** JSON pointers write list indexes and names alike; the document tells them apart. */
function pathOf(pointer: string, document: unknown): Path {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1).map((raw) => raw.replaceAll('~1', '/').replaceAll('~0', '~'))) path.push(Array.isArray(at(document, path)) ? Number(part) : part);
  return path;
}

interface Told {
  readonly problem: string;
  readonly remedy: string;
  /** The name within the object that the error is about. */
  readonly within?: string;
}

const listed = (values: readonly unknown[]): string => values.map((value) => `\`${String(value)}\``).join(', ');

function tell({ keyword, params, parentSchema, message }: ErrorObject): Told {
  const schema = parentSchema as { properties?: object; oneOf?: readonly { properties: { action: { const: string } } }[]; anyOf?: readonly { const: unknown }[]; pattern?: string; description?: string; required?: string[] };
  const means = schema.description ? ` ${schema.description}` : '';
  switch (keyword) {
    case 'required': return { within: params.missingProperty as string, problem: 'It is missing.', remedy: `Give \`${params.missingProperty}\`; needed here: ${listed(schema.required ?? [])}.` };
    case 'additionalProperties': return { within: params.additionalProperty as string, problem: 'Nothing of this name is known here.', remedy: schema.properties ? `Take it out, or use one of ${listed(Object.keys(schema.properties))}.` : 'Name it by lower-case letters, digits and hyphens.' };
    case 'discriminator': return { within: params.tag as string, problem: 'No such action.', remedy: `Use one of ${listed(schema.oneOf!.map(({ properties }) => properties.action.const))}.` };
    case 'type': return { problem: `It must be ${article(params.type as string)}.`, remedy: `Write ${article(params.type as string)}${params.type === 'string' ? ', in quotes where it looks like a number' : ''}.${means}` };
    case 'anyOf': return { problem: 'It is none of the values known here.', remedy: `Use one of ${listed(schema.anyOf!.map((each) => each.const))}.` };
    case 'pattern': return { problem: 'It is not written as it must be.', remedy: `Write it as ${schema.pattern}.${means}` };
    case 'minimum': case 'maximum': return { problem: `It ${message}.`, remedy: `Give a number that ${message!.replace('must be', 'is')}.${means}` };
    default: return { problem: `It ${message}.`, remedy: `Change it so that it does not break this rule.${means}` };
  }
}

const article = (type: string): string => (({ integer: 'a whole number', number: 'a number', string: 'a text', object: 'a set of named values', array: 'a list', boolean: 'true or false' }) as Record<string, string>)[type] ?? type;

/** The line of what stands at a path, or of the nearest thing around it. */
export function lineOf(document: Document, lines: LineCounter, path: Path): { line?: number } {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range) return { line: lines.linePos(range[0]!).line };
  }
  return {};
}
