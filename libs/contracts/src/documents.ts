import { contracts, type Contract } from './contract';
import { serviceNames, services, type ServiceName } from './event-map';

/** What is generated from the contracts, as texts: schema files, AsyncAPI and the tables in the READMEs. */

const UPSTREAM = 'platforms';
const schemaOf = (type: string): string => type.split('.')[0]!;
const ownerOf = (type: string): ServiceName | typeof UPSTREAM => serviceNames.find((name) => services[name].schema === schemaOf(type)) ?? UPSTREAM;
const consumesOf = (name: ServiceName): readonly Contract[] => services[name].consumes;
const consumersOf = (type: string): ServiceName[] => serviceNames.filter((name) => consumesOf(name).some((contract) => contract.type === type));
const all = (): Contract[] => {
  const order = [UPSTREAM, ...serviceNames];
  return [...contracts.values()].sort((a, b) => order.indexOf(ownerOf(a.type)) - order.indexOf(ownerOf(b.type)));
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** JSON Schema (draft-07, as ajv reads it) of an event's data. */
const schemaFile = ({ type, data }: Contract): string => json({ $schema: 'http://json-schema.org/draft-07/schema#', $id: `urn:emdia:event:${type}`, title: type, ...data });

const text = { type: 'string' };

/** The CloudEvent around the data; see encode(). */
const message = ({ type, describes }: Contract) => ({
  name: type,
  title: type,
  summary: describes,
  contentType: 'application/cloudevents+json',
  payload: {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { ...text, minLength: 1, maxLength: 200 },
      source: { ...text, minLength: 1, maxLength: 200 },
      type: { const: type },
      time: { ...text, format: 'date-time', description: 'Business time.' },
      datacontenttype: { const: 'application/json' },
      partitionkey: { ...text, description: 'Orders events: creditor and customer.' },
      creditorid: text,
      traceparent: { ...text, description: 'W3C trace context.' },
      data: { $ref: `./schemas/${type}.json` },
    },
  },
});

const channelOf = ({ type }: Contract): string => schemaOf(type);

function channel(name: string, messages: readonly Contract[]) {
  const [{ topic }] = messages as [Contract];
  return {
    address: topic.replace('<platform>', '{platform}'),
    title: name === 'upstream' ? 'What subscription platforms publish' : `All events of ${ownerOf(`${name}.`)}`,
    ...(name === 'upstream' ? { parameters: { platform: { description: 'The platform, as its topic was registered.' } } } : {}),
    messages: Object.fromEntries(messages.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
  };
}

const byChannel = (list: readonly Contract[]): Map<string, Contract[]> => {
  const channels = new Map<string, Contract[]>();
  for (const contract of list) channels.set(channelOf(contract), [...(channels.get(channelOf(contract)) ?? []), contract]);
  return channels;
};

const operation = (action: 'send' | 'receive', name: string, messages: readonly Contract[]) => ({
  action,
  channel: { $ref: `#/channels/${name}` },
  messages: messages.map(({ type }) => ({ $ref: `#/channels/${name}/messages/${type}` })),
});

function operations(): Record<string, ReturnType<typeof operation>> {
  const entries = serviceNames.flatMap((service) => [
    ...[...byChannel(all().filter(({ type }) => ownerOf(type) === service))].map(([name, list]) => [`${service}.send.${name}`, operation('send', name, list)] as const),
    ...[...byChannel(consumesOf(service))].map(([name, list]) => [`${service}.receive.${name}`, operation('receive', name, list)] as const),
  ]);
  return Object.fromEntries(entries);
}

const asyncApi = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Emdia',
    version: '1.0.0',
    description: 'Every event of Emdia: CloudEvents 1.0 in structured mode, one topic per service, ordered by creditor and customer.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/cloudevents+json',
  channels: Object.fromEntries([...byChannel(all())].map(([name, list]) => [name, channel(name, list)])),
  operations: operations(),
  components: { messages: Object.fromEntries(all().map((contract) => [contract.type, message(contract)])) },
});

/** Generated files by their path below libs/contracts/generated. */
export const files = (): Map<string, string> =>
  new Map([...all().map((contract) => [`schemas/${contract.type}.json`, schemaFile(contract)] as const), ['asyncapi.json', json(asyncApi())]]);

const cell = (value: string): string => value.replaceAll('|', '\\|');

/** The event map as a Markdown table. */
export function eventMap(): string {
  const rows = all().map(({ type, topic, describes }) => [`\`${type}\``, `\`${topic}\``, ownerOf(type), consumersOf(type).join(', ') || '–', describes]);
  const lines = [['event', 'topic', 'published by', 'consumed by', 'meaning'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

/** What a service takes in and sends out, as Markdown lists. */
export function eventsOf(service: ServiceName): string {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n') || '- none';
  const incoming = consumesOf(service).map(({ type, describes }) => `\`${type}\` from ${ownerOf(type)}: ${describes}`);
  const outgoing = all().filter(({ type }) => ownerOf(type) === service).map(({ type, describes }) => {
    const consumers = consumersOf(type);
    return `\`${type}\`${consumers.length > 0 ? ` to ${consumers.join(', ')}` : ''}: ${describes}`;
  });
  return `Events in:\n\n${list(incoming)}\n\nEvents out:\n\n${list(outgoing)}`;
}
