/** Seeded numbers from 0 up to 1 (mulberry32): a failure is found again by its seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Mutation = (bytes: Buffer, random: () => number) => Buffer;
const upTo = (random: () => number, n: number) => Math.floor(random() * n);

/** The file in lines that keep their ends. */
const linesOf = (bytes: Buffer): string[] => bytes.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
const byLine = (change: (lines: string[], random: () => number) => string[]): Mutation => (bytes, random) => {
  const lines = linesOf(bytes);
  return lines.length < 2 ? bytes : Buffer.from(change(lines, random).join(''), 'latin1');
};
const changeByte = (to: (old: number, random: () => number) => number, where: (byte: number) => boolean = () => true): Mutation => (bytes, random) => {
  const copy = Buffer.from(bytes);
  for (let tries = 0; tries < 50 && copy.length > 0; tries++) {
    const at = upTo(random, copy.length);
    if (!where(copy[at]!)) continue;
    copy[at] = to(copy[at]!, random);
    break;
  }
  return copy;
};
const isDigit = (byte: number) => byte >= 48 && byte <= 57;

const MUTATIONS: Mutation[] = [
  changeByte((old, random) => old ^ (1 << upTo(random, 8))),
  changeByte((_old, random) => upTo(random, 256)),
  changeByte((_old, random) => 48 + upTo(random, 10), isDigit),
  changeByte((_old, random) => 48 + upTo(random, 10), isDigit),
  changeByte((_old, random) => ' .,-+XP<>{}[]"\\'.charCodeAt(upTo(random, 15)), isDigit),
  (bytes, random) => bytes.subarray(0, upTo(random, bytes.length + 1)),
  (bytes, random) => bytes.subarray(upTo(random, Math.min(bytes.length, 500) + 1)),
  (bytes, random) => {
    const at = upTo(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + upTo(random, 30))]);
  },
  (bytes, random) => {
    const at = upTo(random, bytes.length);
    const from = upTo(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + 1 + upTo(random, 40)), bytes.subarray(at)]);
  },
  byLine((lines, random) => lines.toSpliced(upTo(random, lines.length), 1)),
  byLine((lines, random) => {
    const line = lines[upTo(random, lines.length)]!;
    return lines.toSpliced(upTo(random, lines.length), 0, line);
  }),
  byLine((lines, random) => {
    const [a, b] = [upTo(random, lines.length), upTo(random, lines.length)];
    return lines.with(a, lines[b]!).with(b, lines[a]!);
  }),
  byLine((lines, random) => {
    const at = upTo(random, lines.length);
    return lines.with(at, `${lines[at]!.trimEnd()}\n`);
  }),
  // What takes the square of the lines takes long here.
  byLine((lines, random) => (random() < 0.9 ? lines : lines.toSpliced(upTo(random, lines.length), 0, ...Array<string>(300).fill(lines[upTo(random, lines.length)]!)))),
  (bytes) => Buffer.from(bytes.toString('latin1'), 'utf8'),
  (bytes, random) => (random() < 0.8 ? Buffer.concat([Buffer.from('EFBBBF', 'hex'), bytes]) : Buffer.from(bytes.toString('latin1'), 'utf16le')),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  (bytes) => Buffer.concat([bytes, Buffer.from('\u001a')]),
];

/** A file with one to four things changed at random: bytes, digits, cuts, lines lost, doubled and swapped, encodings, line ends. */
export function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  let result: Buffer = Buffer.from(bytes);
  for (let n = 1 + upTo(random, 4); n > 0; n--) result = MUTATIONS[upTo(random, MUTATIONS.length)]!(result, random);
  return result;
}
