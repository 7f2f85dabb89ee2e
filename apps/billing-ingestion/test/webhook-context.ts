import { read } from '../src/upstream/reading';
import { exactValue, Unmappable } from '../src/webhooks/fields';
import type { Content, Context, Incoming, Mapped, Source } from '../src/webhooks/source';
import { INSTALLATION_KEY } from './memory-books';

/** A call with a JSON body, or with the text given. */
export const call = (body: unknown, headers: Record<string, string> = {}, urlSecret: string | null = null): Incoming => ({ headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), urlSecret });

/** What a platform's mapping is given; `answers` as the platform would write them. */
export const contextOf = (body: unknown, { answers = {}, ...more }: Partial<Omit<Context, 'answers'>> & { answers?: Record<string, unknown> } = {}): Context => ({
  body: call(body).body, source: 'loja', zone: 'America/Sao_Paulo', currency: 'BRL', due_days: 0, asks: false, as_of: '2026-03-10T12:00:00.000Z',
  answers: new Map(Object.entries(answers).map(([path, answer]) => [path, exactValue(JSON.stringify(answer))])), ...more,
});

/** What a body comes to: its contents, each proven to fit its contract, or the reason why there are none. */
export function told(source: Source, body: unknown, more: Parameters<typeof contextOf>[1] = {}): readonly Content[] | string | { ask: readonly string[] } {
  let mapped: Mapped;
  try {
    mapped = source.map(contextOf(body, more));
  } catch (error) {
    if (error instanceof Unmappable) return `unmappable: ${error.message}`;
    throw error;
  }
  if ('ignored' in mapped) return 'ignored';
  if ('ask' in mapped) return { ask: mapped.ask };
  for (const { type, data } of mapped.contents) {
    const event = { specversion: '1.0', id: 'e', source: '/webhooks', type, data: { creditor_id: 'boa-forma', ...data } };
    const reading = read({ origin: 'webhook:1', platform: null, creditor_id: 'boa-forma', position: null, body: event, identified: true, refused: 'quarantine' }, INSTALLATION_KEY);
    if ('wrong' in reading) throw new Error(`${type} would not fit: ${reading.wrong.detail}`);
  }
  return mapped.contents;
}
