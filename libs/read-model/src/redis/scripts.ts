import { createHash } from 'node:crypto';

/** A Lua script: Redis runs it whole, with nothing in between. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** What a script answers instead of writing, as the first word of its error. */
export const REFUSALS = {
  KWLOST: 'lost records',
  KWREPLACED: 'holds another generation by now',
  KWBACK: 'went back to an older copy of itself',
} as const;

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

// Revisions and positions have up to 19 digits, more than Lua's numbers hold: they are compared as text.
const COMPARE = `
local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end
local function before(a, b)
  local ac, ap = a:match('^(%d+) (%d+)$')
  local bc, bp = b:match('^(%d+) (%d+)$')
  if ac ~= bc then return less(ac, bc) end
  return less(ap, bp)
end
`;

/**
 * Writes records and moves the checkpoint, both or neither; in a Cluster one call per node's share of
 * the records and then one for the checkpoint alone.
 *
 * KEYS: mark of the generation, meta, retired, then per record its hash and its tenant's hash (again where it has none).
 * ARGV: generation or '' to leave meta alone, position that the writer knows, new position, 'beat' or 'ready' or '',
 * then per record: field, revision, revision of the sealed key, 1 for a slot with a key, text, and the tenant's
 * field for the integration ('' where the record is no slot).
 */
export const WRITE = script(`${COMPARE}
local mark, meta, retired, generation, known, position, act = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local live, liveAt, build, buildAt, buildReady, at
if redis.call('EXISTS', mark) == 0 then return redis.error_reply('KWLOST') end
if generation ~= '' then
  local held = redis.call('HMGET', meta, 'live', 'liveAt', 'build', 'buildAt', 'buildReady')
  live, liveAt, build, buildAt, buildReady = held[1] or '', held[2], held[3] or '', held[4], held[5] == '1'
  if generation == live then at = liveAt elseif generation == build then at = buildAt else return redis.error_reply('KWREPLACED') end
  if before(at, known) then return redis.error_reply('KWBACK') end
end

local function supersedes(held, revision, sealed)
  if not held then return true end
  local heldRevision, heldSealed = held:match('^(%d+):(%d*):')
  if heldRevision ~= revision then return less(heldRevision, revision) end
  if sealed == '' then return false end
  return heldSealed == '' or less(heldSealed, sealed)
end

for i = 4, #KEYS, 2 do
  local hash, tenant = KEYS[i], KEYS[i + 1]
  local a = 5 + (i - 4) * 3
  local field, revision, sealed, holds, text, integration = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local held = redis.call('HGET', hash, field)
  if integration ~= '' then
    local known = redis.call('HEXISTS', tenant, integration)
    local there = redis.call('HEXISTS', hash, '#')
    if known ~= there then return redis.error_reply('KWLOST') end
    if there == 0 then
      redis.call('HSET', tenant, integration, '1')
      redis.call('HSET', hash, '#', '0')
    end
  end
  if supersedes(held, revision, sealed) then
    redis.call('HSET', hash, field, text)
    if field ~= '.' and integration ~= '' then
      local before = held and tonumber(held:match('^%d+:%d*:([01]):')) or 0
      if tonumber(holds) ~= before then redis.call('HINCRBY', hash, '#', tonumber(holds) - before) end
    end
  end
end

if generation == '' then return 0 end
if before(at, position) then
  at = position
  redis.call('HSET', meta, generation == live and 'liveAt' or 'buildAt', at)
end
if act == 'beat' and (generation == live or live == '') then redis.call('HINCRBY', meta, 'beats', 1) end
if generation == live then return 0 end
if act == 'ready' then
  buildReady = true
  redis.call('HSET', meta, 'buildReady', '1')
end
if not buildReady or (live ~= '' and before(at, liveAt)) then return 0 end
if live ~= '' then redis.call('SADD', retired, live) end
redis.call('HSET', meta, 'live', build, 'liveAt', at, 'build', '')
redis.call('HDEL', meta, 'buildAt', 'buildReady')
return 1
`);

/**
 * Begins a generation, unless the store is no longer as the writer saw it.
 * KEYS: meta, retired. ARGV: format, store, era, generation, generation seen ('*' for any), 'beside' to keep what is live.
 */
export const BEGIN = script(`
local meta, retired, seen = KEYS[1], KEYS[2], ARGV[5]
if redis.call('TYPE', meta)['ok'] ~= 'hash' then redis.call('DEL', meta) end
local held = redis.call('HMGET', meta, 'live', 'build')
local live, build = held[1] or '', held[2] or ''
if seen ~= '*' and seen ~= (live ~= '' and live or build) then return redis.error_reply('KWREPLACED') end
if build ~= '' then redis.call('SADD', retired, build) end
if ARGV[6] == 'beside' then
  if live == '' then return redis.error_reply('KWREPLACED') end
else
  if live ~= '' then redis.call('SADD', retired, live) end
  redis.call('HSET', meta, 'format', ARGV[1], 'store', ARGV[2], 'era', ARGV[3], 'live', '')
  redis.call('HDEL', meta, 'liveAt')
end
redis.call('HSET', meta, 'build', ARGV[4], 'buildAt', '0 0')
redis.call('HDEL', meta, 'buildReady')
return 1
`);

/** KEYS: lease. ARGV: owner, milliseconds. Takes the lease if it is free, or prolongs it; 1 when it is the owner's. */
export const HOLD_LEASE = script(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS: lease. ARGV: owner. */
export const RELEASE_LEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/**
 * Gives up the generation that is built beside the live one. KEYS: meta, retired. ARGV: the generation to leave, or ''.
 * 1 when there was one.
 */
export const DROP_BESIDE = script(`
local held = redis.call('HMGET', KEYS[1], 'live', 'build')
local live, build = held[1] or '', held[2] or ''
if live == '' or build == '' or build == ARGV[1] then return 0 end
redis.call('SADD', KEYS[2], build)
redis.call('HSET', KEYS[1], 'build', '')
redis.call('HDEL', KEYS[1], 'buildAt', 'buildReady')
return 1
`);

/** KEYS: job. ARGV: revision that is there ('' for none), revision, text. 1 when it was there. */
export const PUT_JOB = script(`
if (redis.call('HGET', KEYS[1], 'revision') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'job', ARGV[3])
return 1
`);

/** KEYS: an integration's hash. How many projects hold a key there, and the number that is kept of them. */
export const COUNT_HOLDERS = script(`
local all, count = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #all, 2 do
  local field = all[i]
  if field ~= '.' and field ~= '#' and all[i + 1]:match('^%d+:%d*:1:') then count = count + 1 end
end
return { count, tonumber(redis.call('HGET', KEYS[1], '#') or '0') or -1 }
`);
