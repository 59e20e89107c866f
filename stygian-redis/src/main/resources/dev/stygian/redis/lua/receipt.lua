-- What became of every item of a run, in one look: while scripts move counters and letters together, reading
-- them one after another would find them apart.
-- @include keys
-- ARGV: run
-- Replies: {} (no such run) | {fields of the run's hash, dead letters, reasons of excluded items, what
--   submitters were told were accepted, what nodes used up as fields NODE|WHAT}
local run = ARGV[1]
local fields = redis.call('HGETALL', run_key(run))
if #fields == 0 then return {} end
local accepted = 0
for _, count in ipairs(redis.call('HVALS', run_key(run, 'cursor'))) do accepted = accepted + tonumber(count) end
return { fields, redis.call('ZCARD', run_key(run, 'deadindex')), redis.call('ZCARD', run_key(run, 'excludedindex')),
  accepted, redis.call('HGETALL', run_key(run, 'spent')) }
