import { ID_RULE, isId } from '@keyward/domain';
import { setting } from '@keyward/runtime';
import { usageError } from '../errors/cli-error.js';

/** Reads one argument or option. It throws CliError, whose sentence never repeats the value. */
type Reader<T> = (text: string) => T;

/** An id; checked here too, so that a secret typed in its place goes nowhere. */
export function idReader(name: string): Reader<string> {
  return (text) => {
    if (isId(text)) return text;
    throw usageError(`${name} ${ID_RULE}.`);
  };
}

/** Ids with commas between; an option that is given again adds. */
export function idListReader(
  name: string,
): (text: string, before: readonly string[] | undefined) => string[] {
  const readId = idReader(`Each id of ${name}`);
  return (text, before = []) => [
    ...before,
    ...text
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean)
      .map(readId),
  ];
}

export function oneOfReader<const V extends string>(name: string, values: readonly V[]): Reader<V> {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw usageError(`${name} must be one of ${values.join(', ')}.`);
  };
}

/** A whole number from 1 to a maximum. */
export function countReader(name: string, max: number): Reader<number> {
  return (text) => {
    const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;
    if (count <= max) return count;
    throw usageError(`${name} must be a whole number from 1 to ${max}.`);
  };
}

export function wholeNumberReader(name: string): Reader<number> {
  return (text) => {
    if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
    throw usageError(`${name} must be a whole number from 0 on.`);
  };
}

/** As in an ETag: 0 means "only if nothing is there yet". */
export function versionReader(name: string): Reader<number> {
  return (text) => {
    if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
    throw usageError(`${name} must be a version: a whole number, as a listing shows it.`);
  };
}

export function percentageReader(name: string): Reader<number> {
  return (text) => {
    const value = /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : NaN;
    if (value <= 100) return value;
    throw usageError(`${name} must be a number from 0 to 100 with at most two decimals.`);
  };
}

/** Who a token stands for: printable, as it stands in events and logs. */
export function subjectReader(name: string): Reader<string> {
  return (text) => {
    if (/^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u.test(text) && text.trim() !== '') return text;
    throw usageError(`${name} must be 1 to 256 printable characters.`);
  };
}

/** It travels in a header. */
export function idempotencyKeyReader(name: string): Reader<string> {
  return (text) => {
    if (/^[\x21-\x7e]{1,128}$/.test(text)) return text;
    throw usageError(`${name} must be 1 to 128 visible ASCII characters.`);
  };
}

const duration = setting.duration({ default: '1h', min: '1s', max: '366d', doc: '' });

/** `90s`, `1h`, `7d`; the answer is in seconds. */
export function durationReader(name: string): Reader<number> {
  return (text) => {
    try {
      return Math.floor(duration.parse(text) / 1_000);
    } catch {
      throw usageError(`${name} must be ${duration.rule}.`);
    }
  };
}
