/** Something that must not be: a broken law, a house without rest, two runs of one story that do not agree. */
export class Unlawful extends Error {
  constructor(
    readonly what: string,
    readonly examples: readonly string[],
  ) {
    super(`${what}${examples.length > 0 ? `: ${examples.slice(0, 5).join('; ')}` : ''}`);
  }
}
