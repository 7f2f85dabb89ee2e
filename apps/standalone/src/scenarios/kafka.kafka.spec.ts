import { randomUUID } from 'node:crypto';
import { describeKafka } from '@emdia/testing';
import { stories } from './stories';

describeKafka('the whole house over Kafka', (brokers) => stories('kafka', () => ({ KAFKA_BROKERS: brokers, EMDIA_KAFKA_PREFIX: `story-${randomUUID().slice(0, 8)}.` })));
