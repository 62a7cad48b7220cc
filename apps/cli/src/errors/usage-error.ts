import type { Command, CommanderError } from 'commander';
import { usageError, type CliError } from './cli-error.js';

const SECRET_RULE =
  'A secret is never an argument, where the shell history and other users see it: type it at the prompt, or send it to standard input.';

/** Sentences of commander that name our own words only; all others repeat what was typed. */
const HARMLESS = new Set([
  'commander.missingArgument',
  'commander.optionMissingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.conflictingOption',
]);

/** What commander found wrong, without a word of what was typed: a secret may be in it. */
export function usageErrorOf(error: CommanderError, command: Command): CliError {
  const help = `\`${pathOf(command)} --help\` shows how.`;
  const remedy = takesSecret(command) ? `${SECRET_RULE} ${help}` : help;
  return usageError(sentenceOf(error), remedy);
}

function sentenceOf({ code, message }: CommanderError): string {
  if (HARMLESS.has(code)) return `${capitalized(message.replace(/^error: /, ''))}.`;
  if (code === 'commander.excessArguments') return 'There are more arguments than the command takes.';
  const similar = /\(Did you mean ([^)]+)\?\)/.exec(message)?.[1];
  const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
  if (code === 'commander.unknownOption') return `There is an option that the command does not know.${hint}`;
  if (code === 'commander.unknownCommand') return `There is no such command.${hint}`;
  return 'The command cannot be understood.';
}

/** `keyward key set` */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function takesSecret(command: Command): boolean {
  return pathOf(command).endsWith(' key set');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
