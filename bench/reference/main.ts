/**
 * The same hop written the usual Nest way, for comparison: Nest's Kafka transport, class-validator through the
 * ValidationPipe, a repository.save per thing, one message at a time, then emit.
 */
import 'reflect-metadata';
import { Controller, Inject, Injectable, Module, ValidationPipe, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, ClientsModule, EventPattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Partitioners } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { Repository } from 'typeorm';
import { Customer, Invoice } from './entities';
import { InvoiceIssued } from './invoice-issued';

const env = (name: string): string => process.env[name]!;
const OUT = Symbol('out');

@Injectable()
class Invoices {
  constructor(
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    @InjectRepository(Invoice) private readonly invoices: Repository<Invoice>,
    @Inject(OUT) private readonly out: ClientKafka,
  ) {}

  async issued({ id, data }: InvoiceIssued): Promise<void> {
    const { creditor_id, customer, invoice_id, number, description, issue_date, due_date, currency, amount_cents, instruments } = data;
    await this.customers.save({ creditor_id, ...customer });
    const invoice = await this.invoices.save({ creditor_id, invoice_id, customer_id: customer.customer_id, number, description, issue_date, due_date, currency, amount_cents, instruments });
    await lastValueFrom(this.out.emit(env('OUT_TOPIC'), { key: `${creditor_id}/${customer.customer_id}`, value: JSON.stringify({ id, type: 'invoice-issued', data: invoice }) }));
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
    TypeOrmModule.forRoot({ type: 'postgres', url: env('DATABASE_URL'), entities: [Customer, Invoice], synchronize: true }),
    TypeOrmModule.forFeature([Customer, Invoice]),
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
