/**
 * The same hop written the usual Nest way, for comparison: Nest's Kafka transport, class-validator through the
 * ValidationPipe, one message at a time in a transaction with a repository.save per thing (customer, invoice, the id of
 * the event against repetition), then emit.
 */
import 'reflect-metadata';
import { Controller, Inject, Injectable, Module, ValidationPipe, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, ClientsModule, EventPattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Partitioners } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { Customer, Invoice, ProcessedEvent } from './entities';
import { InvoiceIssued } from './invoice-issued';

const env = (name: string): string => process.env[name]!;
const OUT = Symbol('out');

@Injectable()
class Invoices {
  constructor(
    private readonly source: DataSource,
    @Inject(OUT) private readonly out: ClientKafka,
  ) {}

  async issued({ id, data }: InvoiceIssued): Promise<void> {
    const { creditor_id, customer, invoice_id, number, description, issue_date, due_date, currency, amount_cents, instruments } = data;
    const invoice = await this.source.transaction(async (manager) => {
      if (await manager.getRepository(ProcessedEvent).findOneBy({ id })) return null;
      await manager.getRepository(Customer).save({ creditor_id, ...customer });
      const saved = await manager.getRepository(Invoice).save({ creditor_id, invoice_id, customer_id: customer.customer_id, number, description, issue_date, due_date, currency, amount_cents, instruments });
      await manager.getRepository(ProcessedEvent).save({ id });
      return saved;
    });
    if (invoice) await lastValueFrom(this.out.emit(env('OUT_TOPIC'), { key: `${creditor_id}/${customer.customer_id}`, value: JSON.stringify({ id, type: 'invoice-issued', data: invoice }) }));
  }
}

@Controller()
class InvoicesConsumer {
  constructor(private readonly invoices: Invoices) {}

  @EventPattern(env('IN_TOPIC'))
  issued(@Payload() event: InvoiceIssued): Promise<void> {
    return this.invoices.issued(event);
  }
}

const client = { clientId: 'reference', brokers: env('KAFKA_BROKERS').split(',') };

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: env('DATABASE_URL'), entities: [Customer, Invoice, ProcessedEvent], synchronize: true }),
    ClientsModule.register([{ name: OUT, transport: Transport.KAFKA, options: { client, producerOnlyMode: true, producer: { idempotent: true, createPartitioner: Partitioners.DefaultPartitioner } } }]),
  ],
  controllers: [InvoicesConsumer],
  providers: [Invoices],
})
class Reference {}

async function main(): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(Reference, {
    logger: ['error', 'warn'],
    transport: Transport.KAFKA,
    options: { client, consumer: { groupId: env('GROUP') }, postfixId: '', subscribe: { fromBeginning: true } },
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  await app.listen();
  return app;
}

void main();
