-- Stops or resumes the leasing of a run. Atomic with the look at its state: a run that is over stays
-- over.
-- @include keys fields runs records lanes
-- ARGV: run, 'paused' or 'running'
-- Replies: 'ok' | 'over' | 'unknown'
local run, wanted = tonumber(ARGV[1]), ARGV[2]
local state = redis.call('HGET', run_key(run), 'state')
if not state then return 'unknown' end
if state ~= 'paused' and state ~= 'running' then return 'over' end
redis.call('HSET', run_key(run), 'state', wanted)
if wanted == 'running' then
  Runs.wake_ready(run)
end
return 'ok'
