-- Makes a run known. Atomic, so that two processes opening one run get one number and one set of lanes.
-- @include keys sharers
-- ARGV: protocol, run id, pipeline id, definition, wide 0/1, limits as one text (for
--   readers), max results, max result bytes, result ttl ms, result budget, retention ms, visibility ms,
--   number of the last node (of a run with one), weight, cap (0: none), caps of its nodes (see caps.lua), the
--   id of the run that goes on when it is over (may be empty), the process that asks, where it may have the
--   run's keys to itself (else nothing), then per lane its text
-- Replies: {'protocol', found} | {'sole', 'opened' or 'known', run number, then the other runs of its pipeline that have their keys
--   to themselves} (sole: this run has, as the first one of its pipeline that anybody remembers)
local protocol, id, pipeline, definition, wide, limits = unpack(ARGV, 1, 6)
local max_results, max_bytes, ttl, budget, retention, visibility, last_node = unpack(ARGV, 7, 13)
local weight, max_leased, caps, next_run, process = unpack(ARGV, 14, 18)
local FIRST_LANE = 19
local found_protocol = redis.call('HGET', meta, 'protocol')
if found_protocol and found_protocol ~= protocol then return { 'protocol', found_protocol } end

local known = redis.call('HGET', runs, id)
if known and redis.call('EXISTS', run_key(known)) == 1 then
  return { 'known', known, unpack(Sharers.sole_beside(known, pipeline)) }
end

if not found_protocol then
  redis.call('HSET', meta, 'protocol', protocol, 'generation', 1, 'generationAt', now, 'ttl', ttl,
    'budget', budget)
end
redis.call('HSETNX', meta, '', WIDE)
local kept_ttl = tonumber(redis.call('HGET', meta, 'ttl') or 0)
redis.call('HSET', meta, 'ttl', math.max(kept_ttl, tonumber(ttl)), 'budget', budget)

local run = next_number('run', math.floor(now / 1000))
redis.call('HSET', runs, id, run)
redis.call('HSET', run_key(run), '', WIDE, 'state', 'running', 'closed', '0', 'wide', wide,
  'maxResults', max_results, 'maxResultBytes', max_bytes, 'retention', retention,
  'visibility', visibility, 'lastNode', last_node, 'weight', weight, 'maxLeased', max_leased, 'caps', caps,
  'started', now, 'submitted', 0, 'done', 0,
  'dead', 0, 'cancelled', 0, 'tasks', 0)
if wide == '1' then
  for _, part in ipairs({ 'items', 'join', 'out' }) do redis.call('HSET', run_key(run, part), '', WIDE) end
end
redis.call('HSET', run_key(run, 'spec'), 'id', id, 'pipeline', pipeline, 'definition', definition,
  'limits', limits, 'next', next_run)
if next_run ~= '' then redis.call('HSET', run_key(run), 'next', next_run) end
for i = FIRST_LANE, #ARGV do
  redis.call('HSET', run_key(run, 'lanes'), i - FIRST_LANE, ARGV[i])
end
if Sharers.join(run, pipeline) and process ~= '' then
  redis.call('HSET', run_key(run), 'sole', process)
  return { 'sole', tostring(run) }
end
return { 'opened', tostring(run), unpack(Sharers.sole_beside(run, pipeline)) }
