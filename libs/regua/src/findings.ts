/** What is wrong with a document: where, with which value, what it means, and what to do about it. */
export interface Finding {
  readonly severity: 'refuse' | 'warn';
  readonly rule: string;
  /** Dotted, with list indexes in brackets: `steps[2].hour`; empty for the document as a whole. */
  readonly path: string;
  readonly value: unknown;
  readonly problem: string;
  readonly remedy: string;
  /** Line of the text it was read from, from 1. */
  readonly line?: number;
}

export type Path = readonly (string | number)[];

/** A path as people read it; a name that would be misread stands in quotes. */
export const written = (path: Path): string =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('').replace(/^\./, '');

/** What stands at a path, undefined where nothing does. */
export const at = (document: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? (value as Record<string | number, unknown>)[part] : undefined), document);

/** Whether a document with these findings must not be followed. */
export const isRefused = (findings: readonly Finding[]): boolean => findings.some(({ severity }) => severity === 'refuse');
