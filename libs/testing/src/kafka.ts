/**
 * A `describe` that needs a real Kafka: `tests` gets the brokers (as in KAFKA_BROKERS). Where none can be had it is
 * skipped, and the end of the run says so with the reason. Topics and groups outlive a test: give them unique names.
 */
export function describeKafka(name: string, tests: (brokers: string) => void): void {
  const { EMDIA_TEST_KAFKA: brokers, EMDIA_TEST_KAFKA_SKIP: reason } = process.env;
  if (brokers) describe(name, () => tests(brokers));
  else if (reason) describe.skip(name, () => tests('skipped'));
  else throw new Error('no Kafka was looked for in this run: name the spec .kafka.spec.ts or call describeKafka in the spec itself');
}
