-- Adds up what executions of nodes used up outside. Atomic with the look whether the run is still there: what is
-- told late brings no key of it back.
-- @include keys
-- ARGV: per expense: run, node, requests, bytes, tokens read, tokens written, cost in millionths
-- Replies: 'ok'
local WHAT = { 'requests', 'bytes', 'read', 'written', 'cost' }
for i = 1, #ARGV, 7 do
  local run, node = ARGV[i], ARGV[i + 1]
  local state, finished, retention = unpack(redis.call('HMGET', run_key(run), 'state', 'finished', 'retention'))
  if state then
    for k, what in ipairs(WHAT) do
      local by = ARGV[i + 1 + k]
      if by ~= '0' then redis.call('HINCRBY', run_key(run, 'spent'), node .. '|' .. what, by) end
    end
    if finished then redis.call('PEXPIRE', run_key(run, 'spent'), retention) end
  end
end
return 'ok'
