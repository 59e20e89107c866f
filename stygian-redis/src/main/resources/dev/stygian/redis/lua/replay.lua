-- Puts dead letters back to work. Atomic: letter gone, tasks waiting with no attempts, counters moved;
-- a run that was finished runs again and its keys lose their time to live. An item that is dead since parts of it are
-- stays so until these are put back; it goes on by itself when they have come good.
-- @include keys sharers fields runs records lanes letters? collecting?
-- ARGV: run, items
-- Replies: {'unknown'} | {'cancelled'} | {'ok', how many were put back}
local run, replayed = tonumber(ARGV[1]), 0
local state = redis.call('HGET', run_key(run), 'state')
if not state then return { 'unknown' } end
if state == 'cancelled' then return { 'cancelled' } end
for i = 2, #ARGV do
  local item = ARGV[i]
  local letter = redis.call('HGET', run_key(run, 'dead'), item)
  if letter and letter ~= Runs.DROPPED and not Collecting.lacks_parts(run, item, letter) then
    if replayed == 0 and state == 'finished' then
      for _, part in ipairs(Runs.FINISHED_PARTS) do redis.call('PERSIST', run_key(run, part)) end
      redis.call('HSET', run_key(run), 'state', 'running')
      redis.call('HDEL', run_key(run), 'finished')
      Sharers.join(run, redis.call('HGET', run_key(run, 'spec'), 'pipeline') or '')
    end
    replayed = replayed + 1
    Letters.revive(run, item, letter)
    Collecting.decide_again(run, item)
  end
end
Runs.settle()
return { 'ok', replayed }
