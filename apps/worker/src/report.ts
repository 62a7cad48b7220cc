import { printable, scrub, styleFor, type Style } from '@keyward/runtime';
import type { WorkerEvent } from './worker-event.js';

export interface ReportOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Prints each event: a JSON line for programs, a sentence for people. */
export function reportTo(
  output: ReportOutput,
  format: 'auto' | 'json' | 'text',
  env: Environment = {},
): (event: WorkerEvent) => void {
  const isForPeople = format === 'text' || (format === 'auto' && output.isTTY === true);
  const style = styleFor(output, env);
  return (event) => {
    const time = new Date().toISOString();
    const line = isForPeople
      ? `${style.paint('dim', time.slice(11, 23))} ${sentenceOf(event, style)}`
      : JSON.stringify({ time, ...event });
    // No event holds a key; this is the last net.
    output.write(`${scrub(line)}\n`);
  };
}

type Sentences = {
  readonly [E in WorkerEvent as E['event']]: (event: E, style: Style) => string;
};

const SENTENCES: Sentences = {
  started: ({ organization, keyward, vendor }, style) =>
    `${style.paint('bold', 'started')}  for ${organization}, with Keyward at ${keyward} and the vendor at ${vendor}`,
  called: ({ vendorSaw, ...event }, style) =>
    `${who(event, style)} ${style.paint('green', 'called the vendor')} with ${keyOf(event)}; the vendor saw ${style.paint('bold', printable(vendorSaw.mask))}`,
  not_configured: (event, style) =>
    `${who(event, style)} ${style.paint('yellow', 'no key')}: ${REASONS[event.reason]}, so the vendor is not called`,
  unavailable: (event, style) =>
    `${who(event, style)} ${style.paint('red', 'no answer')} from Keyward, which does not mean "no key": ${failure(event)}; ${again(event.nextInMs)}`,
  refused: (event, style) =>
    `${who(event, style)} ${style.paint('red', 'refused')} by Keyward: ${failure(event)}; ${again(event.nextInMs)}`,
  vendor_failed: (event, style) =>
    `${who(event, style)} ${style.paint('red', 'the vendor failed')}, called with ${keyOf(event)}: ${failure(event)}; ${again(event.nextInMs)}`,
  told: ({ change, slot, integration, version }, style) =>
    `${style.paint('cyan', 'told')}  ${slot === null ? "the organization's" : `${slot}'s`} key for ${integration}: ${change}, version ${version}`,
  told_to_ask_again: (_, style) =>
    `${style.paint('cyan', 'told')}  changes may have been missed: looking everything up again`,
  watching: (_, style) => `${style.paint('cyan', 'watching')}  Keyward tells what changes from now on`,
  watch_lost: (event, style) =>
    `${style.paint('yellow', 'watch lost')}  keys are used until their lease ends: ${failure(event)}`,
  watch_refused: (event, style) => `${style.paint('red', 'watch refused')}  ${failure(event)}`,
  stopped: (_, style) => style.paint('bold', 'stopped'),
};

const REASONS = {
  not_set: 'none is set',
  disabled: "the organization's is switched off",
} as const;

function sentenceOf<E extends WorkerEvent>(event: E, style: Style): string {
  return (SENTENCES[event.event] as (event: E, style: Style) => string)(event, style);
}

function who({ project, integration }: { project: string; integration: string }, style: Style): string {
  return style.paint('bold', `${project}/${integration}`);
}

function keyOf({ mask, source, version }: { mask: string; source: string; version: number }): string {
  const whose = source === 'organization' ? "the organization's key" : "the project's own key";
  return `${whose} ${printable(mask)}, version ${version}`;
}

/** The sentence is somebody else's. */
function failure({ code, detail }: { code: string; detail: string }): string {
  return `${printable(detail).replace(/\.$/, '')} (${printable(code)})`;
}

function again(ms: number): string {
  return `again in ${(ms / 1_000).toFixed(1)} s`;
}
