import type { TopicMessage } from '@keyward/change-log/testing';
import type { Command } from './checker/check-commands.js';
import type { SeenWatch } from './checker/check-watch.js';
import type { LogView } from './checker/log-view.js';

/** What happened in a run, so that one in which nothing did cannot pass for a good one. */
export class Tally {
  commands = 0;
  acknowledged = 0;
  refused = 0;
  /** Not learnt when first sent. */
  unknown = 0;
  /** Not learnt when first sent, and in the log all the same. */
  unknownInLog = 0;
  /** Sent again when they were in the log already. */
  repeatsOfLogged = 0;
  inFlightAtFaults = 0;
  killsInStart = 0;
  lookups = 0;
  /** Lookups that got no answer. */
  unavailable = 0;
  watchChanges = 0;
  watchResets = 0;
  /** Messages of the topic, and how many of them said what another had said before. */
  published = 0;
  publishedAgain = 0;

  commandsOf(log: LogView, commands: Iterable<Command>): void {
    const logged = new Set(log.changes.map(({ event }) => event.data.reason));
    const all = [...commands];
    const unknown = all.filter(({ outcomes }) => outcomes[0]?.kind === 'unknown');
    const ending = (kind: string): number =>
      all.filter(({ outcomes }) => outcomes.at(-1)?.kind === kind).length;
    this.commands = all.length;
    this.acknowledged = ending('ok');
    this.refused = ending('refused');
    this.unknown = unknown.length;
    this.unknownInLog = unknown.filter(({ id }) => logged.has(id)).length;
  }

  topicOf(log: LogView, messages: readonly TopicMessage[]): void {
    this.published = messages.length;
    this.publishedAgain = messages.length - log.changes.length;
  }

  watched(watches: readonly SeenWatch[]): void {
    for (const { event } of watches.flatMap(({ messages }) => messages)) {
      if (event === 'reset') this.watchResets++;
      else if (event !== 'heartbeat') this.watchChanges++;
    }
  }
}
