-- Says that a run's input is whole. Atomic with the decision whether that ends the run.
-- @include keys fields runs
-- ARGV: run
-- Replies: 'closed' | 'unknown'
local run = ARGV[1]
if redis.call('EXISTS', run_key(run)) == 0 then return 'unknown' end
redis.call('HSET', run_key(run), 'closed', '1')
Runs.finish_if_over(run)
return 'closed'
