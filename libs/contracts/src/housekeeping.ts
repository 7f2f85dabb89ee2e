import { Type } from '@sinclair/typebox';
import { contract } from './contract';
import { CreditorId, CustomerId, Text, Uuid } from './vocabulary';

/** The events every service has: alive, could not take an event in, took it in after all. */

export const heartbeat = (service: string) =>
  contract(`${service}.heartbeat.v1`, `${service} is alive and its outbox flows; one per partition of its topic and second.`, {
    partition: Type.Integer({ minimum: 0 }),
    wall_epoch_ms: Type.Integer({ minimum: 0, description: 'Epoch wall time in milliseconds, never business time.' }),
  });

const Unread = {
  rejection_id: Uuid,
  creditor_id: Type.Union([CreditorId, Type.Null()]),
  customer_id: Type.Union([CustomerId, Type.Null()]),
  /** Set for a payment whose customer cannot be read: its source's coverage waits. */
  source: Type.Union([Text(40), Type.Null()]),
};

export const rejected = (service: string) =>
  contract(`${service}.event-rejected.v1`, `${service} set an event aside (quarantine or dead letter); what it says is unread.`, {
    ...Unread, event_id: Text(200), event_type: Text(120), reason: Text(500),
  });

export const resolved = (service: string) =>
  contract(`${service}.event-resolved.v1`, `An event that ${service} had set aside was replayed or discarded.`, {
    ...Unread, outcome: Type.Union([Type.Literal('replayed'), Type.Literal('discarded')]),
  });

/** Heartbeats are wall time, repeat every second and are never missed: they skip the inbox and do not count as work. */
export const isHeartbeat = (type: string): boolean => type.includes('.heartbeat.');
