import { Option, type Command } from 'commander';

/** How fresh a listing or an explanation must be. */
export interface ReadOptions {
  readonly atLeastAsFresh?: string;
  readonly minimizeLatency?: boolean;
}

/** Fully consistent unless something else is asked for: people look at what they have just changed. */
export function addReadOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--at-least-as-fresh <position>',
        'wait only for what was written at this position',
      ).conflicts('minimizeLatency'),
    )
    .option('--minimize-latency', 'do not wait for the latest writes, take what is at hand');
}

/** The query's part that says so. */
export function consistencyOf({
  atLeastAsFresh,
  minimizeLatency,
}: ReadOptions): Readonly<Record<string, string>> {
  if (atLeastAsFresh !== undefined) return { at_least_as_fresh: atLeastAsFresh };
  return minimizeLatency ? { minimize_latency: 'true' } : { fully_consistent: 'true' };
}
