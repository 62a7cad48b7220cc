/** A Kafka broker of its own, ended with the process that started it. */
export interface KafkaBroker {
  readonly pid: number;
  readonly port: number;
  /** `kafka://host:port`, without a topic. */
  readonly url: string;
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
  /** What it printed last. */
  output(): string;
}

/**
 * @param options further lines of `server.properties`; `port` to use a certain one; `data` for a folder that stays
 * when the broker ends, so that another one can go on with it
 */
export function startKafka(
  options?: Readonly<Record<string, string | number | boolean | undefined>> & {
    readonly port?: number | undefined;
    readonly data?: string | undefined;
  },
): Promise<KafkaBroker>;

/** Runs one of Kafka's own command line tools, named by its class; resolves with its standard output. */
export function runKafkaTool(main: string, args: readonly string[]): Promise<string>;

export const kafkaService: {
  /** @throws Error with a sentence that says what to install */
  prepare(progress: (what: string) => void): Promise<void>;
};
