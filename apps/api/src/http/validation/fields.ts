import { CREDENTIAL_KINDS, ID_PATTERN, ID_RULE, PLANS } from '@keyward/domain';
import { z } from 'zod';
import { readTime } from './time.js';

const MAX_TEXT = 'must be text of at most';

/** The rule as the whole message, whatever exactly was wrong: values are never repeated. */
function rule(text: string): { error: () => string } {
  return { error: () => text };
}

const NAME_RULE = 'must be 1 to 128 characters of text without control characters';
const REASON_RULE = `${MAX_TEXT} 512 characters, without control characters`;
const SECRET_RULE = 'must be the key as text, not empty, and well-formed Unicode';
const PERCENTAGE_RULE = 'must be a number from 0 to 100 with at most two decimals';

/** Id of an organization, a project or an integration. */
export const id = z.string(rule(ID_RULE)).regex(new RegExp(`^${ID_PATTERN}$`), rule(ID_RULE));

const VERSION_RULE = 'must be a version: a whole number of at least 1';
const version = z.string(rule(VERSION_RULE)).regex(/^[1-9]\d{0,9}$/, rule(VERSION_RULE));

/** What a part of a path must be, by its name in the policy table. */
export function pathParameter(name: string): z.ZodType {
  return name === 'version' ? version : id;
}

/** A name for people; normalised, so that the same letters are the same name. */
export const displayName = z
  .string(rule(NAME_RULE))
  .min(1, rule(NAME_RULE))
  .max(128, rule(NAME_RULE))
  .refine(isPlainText, rule(NAME_RULE))
  .overwrite((text) => text.normalize('NFC'));

/** Why something is done; kept in the log for ever and shown. */
export const reason = z
  .string(rule(REASON_RULE))
  .max(512, rule(REASON_RULE))
  .refine(isPlainText, rule(REASON_RULE))
  .describe('Why; kept in the history and shown. Never put a key in it.');

/** Not changed in any way: a key is used byte for byte as it was sent. */
export const secret = z
  .string(rule(SECRET_RULE))
  .min(1, rule(SECRET_RULE))
  .refine((text) => text.isWellFormed(), rule(SECRET_RULE))
  .describe("The third party's key. It goes in here and never comes out by HTTP.");

export const credentialKind = z
  .enum(
    CREDENTIAL_KINDS as readonly [string, ...string[]],
    rule(`must be one of ${CREDENTIAL_KINDS.join(', ')}`),
  )
  .describe('How the third party lets a program in. Left out: api_key.');

export const plan = z.enum(PLANS, rule(`must be one of ${PLANS.join(', ')}`));

export const percentage = z
  .number(rule(PERCENTAGE_RULE))
  .min(0, rule(PERCENTAGE_RULE))
  .max(100, rule(PERCENTAGE_RULE))
  .refine((value) => Number(value.toFixed(2)) === value, rule(PERCENTAGE_RULE));

const MAX_LISTED = 10_000;
const LIST_RULE = `must be a list of at most ${MAX_LISTED} organization ids`;
export const organizationList = z.array(id, rule(LIST_RULE)).max(MAX_LISTED, rule(LIST_RULE));

const FLAG_RULE = 'must be true or false';
export const flag = z.enum(['true', 'false'], rule(FLAG_RULE));

export function oneOf<const Value extends string>(values: readonly Value[]): z.ZodType<Value> {
  return z.enum(values, rule(`must be one of ${values.join(', ')}`));
}

const COUNT_RULE = 'must be a whole number from 0 on';
/** Number or index of something, in a query. */
export const wholeNumber = z.string(rule(COUNT_RULE)).regex(/^(0|[1-9]\d{0,14})$/, rule(COUNT_RULE));

const POSITION_RULE = 'must be a position as Keyward handed it out';
export const positionToken = z
  .string(rule(POSITION_RULE))
  .min(1, rule(POSITION_RULE))
  .max(256, rule(POSITION_RULE));

const TIME_RULE = 'must be a time (RFC 3339), such as 2026-03-31T12:00:00Z; write + as %2B';
export const time = z
  .string(rule(TIME_RULE))
  .max(64, rule(TIME_RULE))
  .refine((text) => readTime(text) !== null, rule(TIME_RULE));

const SUBJECT_RULE = 'must be 1 to 256 characters of text';
export const subject = z.string(rule(SUBJECT_RULE)).min(1, rule(SUBJECT_RULE)).max(256, rule(SUBJECT_RULE));

/** A strict object: a field it does not know is refused, because a misspelt one would silently do nothing. */
export function strictObject<const Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined),
  });
}

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text);
}

const LIMIT_RULE = 'must be a whole number from 1 to 500';

/** How many items a page has at most. */
export function pageLimit(whenLeftOut: number): z.ZodType<string | undefined> {
  return z
    .string(rule(LIMIT_RULE))
    .regex(/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/, rule(LIMIT_RULE))
    .optional()
    .describe(`Items at most, 1 to 500. Left out: ${whenLeftOut}.`);
}

const MOMENT_RULE = 'must be a time (RFC 3339) or a position as Keyward handed it out';
/** Which of the two it is, and of which log, is found out later. */
export const moment = z.string(rule(MOMENT_RULE)).max(256, rule(MOMENT_RULE));
